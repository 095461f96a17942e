import { afterAll, beforeAll, test } from 'vitest';
import { checkSignals } from '../../../tests/support/check-signals.ts';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('in any order, twice and through two processors at once, the signals are those of a plain reading of the rules', async () => {
  await checkSignals(database, 25);
}, 60_000);

import { afterAll, beforeAll, expect, test } from 'vitest';
import { killDeliverer } from '../support/kill-deliverer.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

// 100 kills: npm run bench -- deliver --kills 100

let databases: TestDatabase;

beforeAll(async () => {
  databases = await createTestDatabase();
});
afterAll(() => databases.drop());

test('a deliverer killed again and again loses nothing, and repeats only under the same id', async () => {
  const report = await killDeliverer(databases, databases.ownerUrl, 4);
  expect(report.cutOff).toBeGreaterThan(0);
  expect(report).toMatchObject({ lost: 0, renamed: 0 });
});

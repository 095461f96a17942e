import { afterAll, beforeAll, expect, test } from 'vitest';
import { killDeliverer } from '../support/kill-deliverer.ts';
import { printFault } from '../support/print-fault.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const KILLS = process.env.FAULTS === 'long' ? 100 : 4;

let databases: TestDatabase;

beforeAll(async () => {
  databases = await createTestDatabase();
});
afterAll(() => databases.drop());

test('a deliverer killed again and again loses nothing, and repeats only under the same id', async () => {
  const report = await killDeliverer(databases, databases.ownerUrl, KILLS);
  const { owed, lost, renamed, cutOff, repeated } = report;
  const figures = { answered: owed, stored: owed - lost, lost, doubled: renamed };
  printFault(
    `deliverer killed ${KILLS} times, webhooks`,
    figures,
    `cut off ${cutOff}, repeated under one id ${repeated}`,
  );
  expect(report.cutOff).toBeGreaterThan(0);
  expect(report).toMatchObject({ lost: 0, renamed: 0 });
}, 900_000);

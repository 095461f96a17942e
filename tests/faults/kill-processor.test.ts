import { afterAll, beforeAll, expect, test } from 'vitest';
import { killProcessors } from '../support/kill-processor.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

// Longer: FAULTS=long npx vitest run --project journeys tests/faults/kill-processor.test.ts

const IS_LONG = process.env.FAULTS === 'long';
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('two processors killed again and again, and the whole spool replayed, leave the signals of the reference, none twice', async () => {
  const plan = { organizations: IS_LONG ? 60 : 12, kills: IS_LONG ? 30 : 4, seed: IS_LONG ? Date.now() : 8 };
  const { expected, afterKills, afterReplay, ...figures } = await killProcessors(database, plan);
  process.stderr.write(
    `kill-processor: ${JSON.stringify({ ...figures, seed: plan.seed, signals: expected.length })}\n`,
  );
  expect(expected.length).toBeGreaterThan(plan.organizations);
  expect(figures.cutOff).toBeGreaterThan(0);
  expect(afterKills).toEqual(expected);
  expect(afterReplay).toEqual(expected);
  expect(figures.stored[1]).toBe(figures.stored[0]);
  expect(figures.replayed).toBe(figures.blocks);
}, 900_000);

import { afterAll, beforeAll, expect, test } from 'vitest';
import { killProcessors } from '../support/kill-processor.ts';
import { printFault } from '../support/print-fault.ts';
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
  const toText = (one: object) => JSON.stringify(one);
  const expectedTexts = new Set(expected.map(toText));
  const replayedTexts = new Set(afterReplay.map(toText));
  printFault(
    `processor killed ${plan.kills} times, signals`,
    {
      answered: expected.length,
      stored: afterReplay.length,
      lost: [...expectedTexts].filter((text) => !replayedTexts.has(text)).length,
      doubled: afterReplay.length - replayedTexts.size,
    },
    `hits ${figures.hits}, cut off ${figures.cutOff}, replayed ${figures.replayed} of ${figures.blocks} blocks, seed ${plan.seed}`,
  );
  expect(expected.length).toBeGreaterThan(plan.organizations);
  expect(figures.cutOff).toBeGreaterThan(0);
  expect(afterKills).toEqual(expected);
  expect(afterReplay).toEqual(expected);
  expect(figures.stored[1]).toBe(figures.stored[0]);
  expect(figures.replayed).toBe(figures.blocks);
}, 900_000);

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { silentLog } from '../kit/log.ts';
import { startDatabaseClock } from './database-clock.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a clock of this machine that jumps moves nothing: the time is the database’s', async () => {
  const clock = startDatabaseClock(database, silentLog);
  await clock.look();
  const real = Date.now();
  const before = clock.now();
  vi.spyOn(Date, 'now').mockReturnValue(real + 3 * 86_400_000);
  const after = clock.now();
  vi.restoreAllMocks();
  clock.stop();
  expect(Math.abs(before - real)).toBeLessThan(1_000);
  expect(after - before).toBeGreaterThanOrEqual(0);
  expect(after - before).toBeLessThan(1_000);
});

test('while the database is away the time goes on', async () => {
  const other = await createTestDatabase();
  const clock = startDatabaseClock(other, silentLog, 5);
  await clock.look();
  await other.drop();
  const from = clock.now();
  await vi.waitFor(() => expect(clock.now()).toBeGreaterThan(from + 20));
  clock.stop();
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
});

test('until the database was reached the time is this machine’s', async () => {
  const clock = startDatabaseClock(database, silentLog, 60_000);
  vi.spyOn(Date, 'now').mockReturnValue(1_000);
  expect(clock.now()).toBe(1_000);
  vi.restoreAllMocks();
  await clock.look();
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
  clock.stop();
});

test('a first question that has to connect does not put the time ahead of the database’s', async () => {
  let isFirst = true;
  const system = database.system.withPlugin({
    transformQuery: ({ node }) => {
      // As long as a slow connection takes; the database reads its clock at the end of it.
      const until = performance.now() + (isFirst ? 300 : 0);
      isFirst = false;
      while (performance.now() < until);
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  const spy = vi.spyOn(Date, 'now').mockReturnValue(1_000);
  const clock = startDatabaseClock({ system }, silentLog, 60_000);
  await vi.waitFor(() => expect(clock.now()).toBeGreaterThan(1_000));
  spy.mockRestore();
  clock.stop();
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(100);
});

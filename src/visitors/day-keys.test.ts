import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { DAY_MS } from '../domain/hit.ts';
import { silentLog } from '../kit/log.ts';
import { type DayKeys, startDayKeys } from './day-keys.ts';

const SECRET = Buffer.alloc(32, 7);
const NOON = Date.UTC(2026, 2, 10, 12);
const DAY = NOON / DAY_MS - 0.5;

let databases: TestDatabase;
let now = NOON;
const clock = { now: () => now };
const running: DayKeys[] = [];

beforeEach(async () => {
  databases = await createTestDatabase();
  now = NOON;
});

afterEach(async () => {
  for (const keys of running.splice(0)) await keys.stop();
  await databases.drop();
});

async function start(): Promise<DayKeys> {
  const keys = await startDayKeys({ databases, keySecret: SECRET, clock, log: silentLog });
  running.push(keys);
  return keys;
}

test('two nodes that start at once share one key a day, made a day ahead', async () => {
  const [one, two] = await Promise.all([start(), start()]);
  for (const day of [DAY, DAY + 1]) expect(one.snapshot(day)).toEqual(two.snapshot(day));
  expect(one.snapshot(DAY + 1).today).toHaveLength(32);
  expect(one.snapshot(DAY).today).not.toEqual(one.snapshot(DAY).yesterday);
});

test('over midnight the key of the day becomes the key of the day before, without a word from the database', async () => {
  const keys = await start();
  const before = keys.snapshot(DAY);
  now = (DAY + 1) * DAY_MS + 5;
  expect(keys.snapshot(DAY + 1).yesterday).toEqual(before.today);
  expect(keys.hasToday()).toBe(true);
});

test('the key of day D is destroyed at D+2 00:00 UTC, in memory at once and in the table by the next node that looks', async () => {
  const keys = await start();
  now = (DAY + 2) * DAY_MS;
  expect(keys.snapshot(DAY)).toEqual({ day: DAY, today: null, yesterday: null });
  await start();
  const rows = await databases.system.selectFrom('visitor_keys').select('day').orderBy('day').execute();
  expect(rows.map((row) => row.day)).toEqual(['2026-03-11', '2026-03-12', '2026-03-13']);
});

test('a key is sealed in the table, and another APP_SECRET does not hash under it', async () => {
  const keys = await start();
  const plain = keys.snapshot(DAY).today;
  const rows = await databases.system.selectFrom('visitor_keys').select('key_sealed').execute();
  expect(rows.some((row) => row.key_sealed.includes(plain ?? Buffer.alloc(1)))).toBe(false);
  const other = await startDayKeys({ databases, keySecret: Buffer.alloc(32, 8), clock, log: silentLog });
  running.push(other);
  expect(other.hasToday()).toBe(false);
  expect(other.snapshot(DAY)).toEqual({ day: DAY, today: null, yesterday: null });
});

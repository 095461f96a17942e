import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../tests/support/running-server.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { DAY_MS } from '../domain/hit.ts';
import { silentLog } from '../kit/log.ts';
import { type DayKeys, startDayKeys } from './day-keys.ts';

const SECRET = Buffer.alloc(32, 7);
const NOON = Date.UTC(2026, 2, 10, 12);
const DAY = NOON / DAY_MS - 0.5;

let databases: TestDatabase;
let owner: Kysely<unknown>;
let now = NOON;
const clock = { now: () => now };
const running: DayKeys[] = [];

beforeEach(async () => {
  databases = await createTestDatabase();
  owner = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: databases.ownerUrl }) }) });
  now = NOON;
});

afterEach(async () => {
  for (const keys of running.splice(0)) await keys.stop();
  await owner.destroy();
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
  const { today } = keys.snapshot(DAY);
  now = (DAY + 1) * DAY_MS + 5;
  expect(keys.snapshot(DAY + 1)).toEqual({ day: DAY + 1, today: expect.any(Buffer), yesterday: today });
  expect(keys.hasToday()).toBe(true);
  await keys.refresh();
  expect(keys.snapshot(DAY + 1).yesterday).toBe(today);
  expect(await readDays()).toEqual(['2026-03-10', '2026-03-11', '2026-03-12']);
});

test('the key of day D is destroyed at D+2 00:00 UTC: one millisecond before it is there, then neither in memory nor in the table', async () => {
  const keys = await start();
  now = (DAY + 2) * DAY_MS - 1;
  const key = keys.snapshot(DAY + 1).yesterday;
  expect(key?.equals(Buffer.alloc(32))).toBe(false);
  await keys.refresh();
  expect(await readDays()).toContain('2026-03-10');
  now += 1;
  expect(keys.snapshot(DAY)).toEqual({ day: DAY, today: null, yesterday: null });
  expect(key).toEqual(Buffer.alloc(32));
  await keys.refresh();
  expect(await readDays()).toEqual(['2026-03-11', '2026-03-12', '2026-03-13']);
});

test('a node whose clock runs days ahead takes no key away from the others', async () => {
  now = Date.now();
  const keys = await start();
  const today = Math.floor(now / DAY_MS);
  const before = keys.snapshot(today).today;
  now += 5 * DAY_MS;
  await start();
  now -= 5 * DAY_MS;
  expect((await start()).snapshot(today).today).toEqual(before);
});

test('while the database is away the keys in memory go on, and a node without keys gets them when it is back', async () => {
  const keys = await start();
  const { today } = keys.snapshot(DAY);
  await sql`alter table visitor_keys rename to visitor_keys_away`.execute(owner);
  await keys.refresh();
  expect(keys.snapshot(DAY).today).toBe(today);
  const late = await start();
  expect(late.hasToday()).toBe(false);
  await sql`alter table visitor_keys_away rename to visitor_keys`.execute(owner);
  await expect.poll(() => late.hasToday(), { timeout: 10_000 }).toBe(true);
  expect(late.snapshot(DAY).today).toEqual(today);
});

test('a table that lost its keys, as a restored backup has, gets those in memory back', async () => {
  const keys = await start();
  const { today } = keys.snapshot(DAY);
  await databases.system.deleteFrom('visitor_keys').execute();
  await keys.refresh();
  expect((await start()).snapshot(DAY).today).toEqual(today);
});

test('a key is sealed in the table, and another APP_SECRET does not hash under it', async () => {
  const keys = await start();
  const plain = keys.snapshot(DAY).today;
  const rows = await databases.system.selectFrom('visitor_keys').select('key_sealed').execute();
  expect(rows).toHaveLength(2);
  expect(rows.some((row) => row.key_sealed.includes(plain ?? Buffer.alloc(1)))).toBe(false);
  const other = await startDayKeys({ databases, keySecret: Buffer.alloc(32, 8), clock, log: silentLog });
  running.push(other);
  expect(other.hasToday()).toBe(false);
  expect(other.snapshot(DAY)).toEqual({ day: DAY, today: null, yesterday: null });
  expect(keys.snapshot(DAY).today).toBe(plain);
});

async function readDays(): Promise<string[]> {
  const rows = await databases.system.selectFrom('visitor_keys').select('day').orderBy('day').execute();
  return rows.map((row) => row.day);
}

test('a clock that jumps days ahead and back costs about a second without visitors, not a minute', async () => {
  const keys = await start();
  now = NOON + 3 * DAY_MS;
  expect(keys.hasToday()).toBe(false);
  await waitFor(async () => keys.hasToday(), 'the key of the day ahead');
  now = NOON;
  expect(keys.hasToday()).toBe(false);
  await waitFor(async () => keys.hasToday(), 'the key of this day');
});

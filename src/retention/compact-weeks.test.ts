import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SeededOrganization, seedOrganization, seedPartitions } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { DAY_MS } from '../domain/hit.ts';
import { compactWeeks } from './compact-weeks.ts';

// A Wednesday: the week before has ended, and this one, which began on the 8th, is under way.
const NOW = Date.parse('2026-06-10T12:00:00Z');
const ENDED = 'signature_tracking_events_20260601';
const RUNNING = 'signature_tracking_events_20260608';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const since = new Date(NOW - 30 * DAY_MS);
  await seedPartitions(database, new Date(NOW - 10 * DAY_MS), new Date(NOW));
  const { rows } = await sql<{ id: number }>`
    insert into judgements (verdict, confidence, reason, rules_version, device, client_family, network_class, hints)
    values ('human', 'probable', 'browser', 1, 'desktop', 'Other', 'eyeball', '') returning id`.execute(
    database.system,
  );
  const organizations = [];
  for (let n = 0; n < 10; n += 1) organizations.push(await seedOrganization(database, { since }));
  await storeOpens(organizations, rows[0]?.id ?? 0);
});
afterAll(() => database.drop());

/** 12,000 in the week that ended and in the running one each, in the order of time, of ten organizations in turn. */
async function storeOpens(organizations: readonly SeededOrganization[], judgementId: number): Promise<void> {
  const ids = organizations.map(({ organizationId }) => organizationId);
  const members = organizations.map(({ members: [{ memberId }] }) => memberId);
  const pixels = organizations.map(({ members: [{ pixel }] }) => pixel.pixelId);
  for (const week of ['2026-06-01T00:00:00Z', '2026-06-08T00:00:00Z'])
    await sql`insert into signature_tracking_events (hit_at, organization_id, user_id, user_tracking_id, judgement_id, is_counted,
        is_unique, is_bot, is_proxy, tracking_type, verdict)
      select ${week}::timestamptz + n * interval '10 seconds', (${ids}::uuid[])[1 + n % 10], (${members}::uuid[])[1 + n % 10],
        (${pixels}::uuid[])[1 + n % 10], ${judgementId}, true, true, false, false, 'user', 'human'
      from generate_series(1, 12000) n order by n`.execute(database.system);
}

async function readBytes(partition: string): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`select pg_indexes_size(${partition}::regclass)::int as bytes`.execute(
    database.system,
  );
  return rows[0]?.bytes ?? 0;
}

async function readOpens(): Promise<unknown> {
  const { rows } =
    await sql`select organization_id, count(*)::int as opens, max(hit_at) as latest from signature_tracking_events
    where hit_at >= '2026-06-01' and hit_at < '2026-06-08' group by 1 order by 1`.execute(database.system);
  return rows;
}

test('somebody who reads opens puts it off to another hour', async () => {
  const reader = await database.system.startTransaction().execute();
  await sql`select count(*) from signature_tracking_events`.execute(reader);
  expect(await compactWeeks(database, NOW)).toBe(0);
  await reader.commit().execute();
});

test('told to stop, it builds nothing', async () => {
  expect(await compactWeeks(database, NOW, AbortSignal.abort())).toBe(0);
});

test('the indexes of a week that ended lose a third of their bytes, once, and answer as before', async () => {
  const [ended, running, opens] = [await readBytes(ENDED), await readBytes(RUNNING), await readOpens()];
  expect(await compactWeeks(database, NOW)).toBeGreaterThanOrEqual(3);
  expect(await readBytes(ENDED)).toBeLessThan(ended * 0.67);
  expect(await readBytes(RUNNING)).toBe(running);
  expect(await readOpens()).toEqual(opens);
  expect(await compactWeeks(database, NOW)).toBe(0);
});

test('a week is left alone until a day after its end', async () => {
  const sunday = Date.parse('2026-06-14T23:00:00Z');
  expect(await compactWeeks(database, sunday)).toBe(0);
  expect(await compactWeeks(database, sunday + DAY_MS)).toBe(0);
  expect(await compactWeeks(database, sunday + 2 * DAY_MS)).toBe(3);
});

test('two nodes at it build each index once', async () => {
  await seedPartitions(database, new Date('2026-06-15T00:00:00Z'), new Date('2026-06-16T00:00:00Z'));
  const later = Date.parse('2026-06-24T00:00:00Z');
  const built = await Promise.all([compactWeeks(database, later), compactWeeks(database, later)]);
  expect(built[0] + built[1]).toBe(3);
});

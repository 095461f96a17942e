import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SeededOrganization, seedOrganization, seedPartitions } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { DAY_MS } from '../domain/hit.ts';
import { silentLog } from '../kit/log.ts';
import { purge } from './purge.ts';
import { startRetention } from './start-retention.ts';

const NOW = Date.parse('2026-06-10T12:00:00Z');

let database: TestDatabase;
let month: SeededOrganization;
let quarter: SeededOrganization;

beforeAll(async () => {
  database = await createTestDatabase();
  const since = new Date(NOW - 500 * DAY_MS);
  month = await seedOrganization(database, { since, settings: { retention_days: 30 } });
  quarter = await seedOrganization(database, { since, settings: { retention_days: 90 } });
  await seedPartitions(database, new Date(NOW - 400 * DAY_MS), new Date(NOW));
  const { rows } = await sql<{ id: number }>`
    insert into judgements (verdict, confidence, reason, rules_version, device, client_family, network_class, hints)
    values ('human', 'probable', 'browser', 1, 'desktop', 'Other', 'eyeball', '') returning id`.execute(
    database.system,
  );
  for (const organization of [month, quarter]) {
    for (const days of [0, 29, 31, 89, 91, 390])
      await storeHistory(organization, { days, judgementId: rows[0]?.id ?? 0 });
  }
});
afterAll(() => database.drop());

/** One row of each kind at this age. */
async function storeHistory(
  organization: SeededOrganization,
  { days, judgementId }: { days: number; judgementId: number },
) {
  const { organizationId, members } = organization;
  const [{ memberId, pixel }] = members;
  const at = new Date(NOW - days * DAY_MS);
  const { system } = database;
  await sql`insert into signature_tracking_events (hit_at, organization_id, user_id, user_tracking_id, judgement_id, is_counted,
    is_unique, is_bot, is_proxy, tracking_type, verdict) values (${at}, ${organizationId}, ${memberId}, ${pixel.pixelId},
    ${judgementId}, true, true, false, false, 'user', 'human')`.execute(system);
  const sums = sql`'human', 'desktop', 1, 1, 1`;
  await sql`insert into tracking_rollup_slots values (${organizationId}, ${memberId}, null, date_bin('15 minutes', ${at}::timestamptz, 'epoch'), ${sums})`.execute(
    system,
  );
  await sql`insert into tracking_rollup_days values (${organizationId}, ${memberId}, null, ${at}::timestamptz::date, ${sums})`.execute(
    system,
  );
  await sql`insert into tracking_drop_slots values (${organizationId}, ${memberId}, null, ${at}, 'bot', 1)`.execute(
    system,
  );
  await sql`insert into tracking_rollup_readers values (${organizationId}, ${at}::timestamptz::date, 'Other', null, 1, 1)`.execute(
    system,
  );
}

const readAges = async (
  table: string,
  column: string,
  organization: SeededOrganization,
): Promise<readonly number[]> => {
  const { rows } = await sql<{ at: Date }>`select ${sql.ref(column)}::timestamptz as at from ${sql.table(table)}
    where organization_id = ${organization.organizationId} order by at desc`.execute(database.system);
  return rows.map((row) => Math.floor((NOW - row.at.getTime()) / DAY_MS));
};

test("events, slots and drops go after their organization's retention, day totals stay for 13 months", async () => {
  await sql`insert into tracking_rollup_days values (${month.organizationId}, ${month.members[0].memberId}, null, '2025-05-09', 'human', 'desktop', 1, 1, 1)`.execute(
    database.system,
  );
  const purged = await purge(database, NOW);
  // Two were older than every organization's retention, and went with their weeks.
  expect(purged).toMatchObject({ events: 4, slots: 8 + 4, days: 1 + 4 + 2, isUnfinished: false });
  expect(purged.eventWeeks).toBeGreaterThan(0);
  for (const [table, column] of [
    ['signature_tracking_events', 'hit_at'],
    ['tracking_rollup_slots', 'slot_at'],
    ['tracking_drop_slots', 'slot_at'],
  ] as const) {
    expect(await readAges(table, column, month)).toEqual([0, 29]);
    expect(await readAges(table, column, quarter)).toEqual([0, 29, 31, 89]);
  }
  expect(await readAges('tracking_rollup_readers', 'day', month)).toEqual([0, 29]);
  expect(await readAges('tracking_rollup_readers', 'day', quarter)).toEqual([0, 29, 31, 89]);
  expect(await readAges('tracking_rollup_days', 'day', month)).toHaveLength(6);
  expect(await purge(database, NOW)).toMatchObject({
    eventWeeks: 0,
    events: 0,
    slots: 0,
    days: 0,
    blocks: 0,
    live: 0,
    deadLetters: 0,
    visitorDays: 0,
  });
});

test('a reader of opens keeps the files of past weeks for another hour, and no hit waits for it', async () => {
  await seedPartitions(database, new Date(NOW - 399 * DAY_MS), new Date(NOW - 390 * DAY_MS));
  const reader = await database.system.startTransaction().execute();
  await sql`select count(*) from signature_tracking_events`.execute(reader);
  expect(await purge(database, NOW)).toMatchObject({ eventWeeks: 0, isUnfinished: true });
  await reader.commit().execute();
  const { eventWeeks, isUnfinished } = await purge(database, NOW);
  expect(eventWeeks).toBeGreaterThan(0);
  expect(isUnfinished).toBe(false);
});

test('visitors of the day before yesterday are forgotten, those of yesterday and today are not', async () => {
  const { organizationId, members } = month;
  await seedPartitions(database, new Date(NOW - 5 * DAY_MS), new Date(NOW));
  for (const day of ['2026-06-05', '2026-06-08', '2026-06-09', '2026-06-10']) {
    await sql`insert into visitor_seen (key_day, organization_id, kind, scope_id, window_at, visitor)
      values (${day}, ${organizationId}, 'day', ${members[0].memberId}, ${day}, ${Buffer.alloc(16, 1)})`.execute(
      database.system,
    );
  }
  expect((await purge(database, NOW)).visitorDays).toBeGreaterThan(0);
  const { rows } = await sql<{ day: string }>`select key_day as day from visitor_seen order by 1`.execute(
    database.system,
  );
  expect(rows.map((row) => row.day)).toEqual(['2026-06-09', '2026-06-10']);
});

test('a processed block is remembered for 7 days and a dead letter for 30', async () => {
  for (const [i, days] of [6, 8].entries()) {
    await sql`insert into processed_blocks values (${Buffer.alloc(16, i)}, ${new Date(NOW - days * DAY_MS)})`.execute(
      database.system,
    );
  }
  for (const [i, days] of [29, 31].entries()) {
    await sql`insert into dead_letters (block_id, record_index, error, created_at)
      values (${Buffer.alloc(16, i)}, 0, 'x', ${new Date(NOW - days * DAY_MS)})`.execute(database.system);
  }
  expect(await purge(database, NOW)).toMatchObject({ blocks: 1, deadLetters: 1 });
});

test('more rows than one delete takes go in one run, also with two nodes at it', async () => {
  const old = new Date(NOW - 40 * DAY_MS);
  await sql`insert into tracking_drop_slots
    select ${month.organizationId}, gen_random_uuid(), null, ${old}, 'bot', 1 from generate_series(1, 12000)`.execute(
    database.system,
  );
  const [one, other] = await Promise.all([purge(database, NOW), purge(database, NOW)]);
  expect(one.slots + other.slots).toBe(12_000);
  expect(await readAges('tracking_drop_slots', 'slot_at', month)).toEqual([0, 29]);
});

test('rows a microsecond apart all go in one run, those that are kept stay to the microsecond', async () => {
  const { organizationId, members } = month;
  const keptFrom = new Date(NOW - 6 * 3_600_000);
  await sql`insert into live_events (organization_id, id, user_id, kind, subject, at)
    select ${organizationId}, n, ${members[0].memberId}, 'open', n::text, ${keptFrom}::timestamptz + (n - 1600.5) * interval '2 microseconds'
    from generate_series(1, 1700) n`.execute(database.system);
  expect(await purge(database, NOW)).toMatchObject({ live: 1_600, isUnfinished: false });
  const { rows } = await sql<{ first: number }>`select min(id)::int as first from live_events`.execute(database.system);
  expect(rows).toEqual([{ first: 1_601 }]);
});

test('a purge that is told to stop deletes nothing more and says so; the next one goes on', async () => {
  const old = new Date(NOW - 40 * DAY_MS);
  await sql`insert into tracking_drop_slots
    select ${month.organizationId}, gen_random_uuid(), null, ${old}, 'bot', 1 from generate_series(1, 5000)`.execute(
    database.system,
  );
  const stopping = new AbortController();
  const running = purge(database, NOW, stopping.signal);
  stopping.abort();
  const stopped = await running;
  expect(stopped).toMatchObject({ slots: 0, isUnfinished: true });
  expect(await purge(database, NOW)).toMatchObject({ slots: 5_000, isUnfinished: false });
});

test('once started, partitions stand for the 14 days to come', async () => {
  const later = NOW + 300 * DAY_MS;
  const retention = await startRetention({ databases: database, clock: { now: () => later }, log: silentLog });
  const { rows } = await sql<{ days: number; weeks: number }>`select
    count(*) filter (where relname between 'visitor_seen_20270406' and 'visitor_seen_20270420')::int as days,
    count(*) filter (where relname between 'signature_tracking_events_20270405' and 'signature_tracking_events_20270419')::int as weeks
    from pg_class where relkind = 'r'`.execute(database.system);
  expect(rows).toEqual([{ days: 15, weeks: 3 }]);
  await retention.stop();
});

import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedOrganization, seedPartitions } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import type { OrganizationId } from '../domain/ids.ts';

let databases: TestDatabase;
let organizationId: OrganizationId;

beforeAll(async () => {
  databases = await createTestDatabase();
  organizationId = (await seedOrganization(databases)).organizationId;
});
afterAll(() => databases.drop());

test('partitions cover every week and every key day of the range, from the day before', async () => {
  await seedPartitions(databases, new Date('2026-03-04T12:00:00Z'), new Date('2026-03-09T00:00:00Z'));
  expect(await readPartitions('signature_tracking_events')).toEqual([
    'signature_tracking_events_20260302',
    'signature_tracking_events_20260309',
  ]);
  for (const parent of ['visitor_seen', 'visitor_claims'] as const)
    expect(await readPartitions(parent)).toEqual(
      ['03', '04', '05', '06', '07', '08', '09'].map((day) => `${parent}_202603${day}`),
    );
});

test('a week is a UTC week whatever the session’s time zone, and asking twice changes nothing', async () => {
  const first = new Date('2026-06-01T00:00:00Z');
  const last = new Date('2026-06-07T23:59:59.999Z');
  await databases.system.transaction().execute(async (trx) => {
    await sql`set local timezone = 'Pacific/Auckland'`.execute(trx);
    await sql`select app_private.ensure_partitions(${first}, ${last})`.execute(trx);
    await sql`select app_private.ensure_partitions(${first}, ${last})`.execute(trx);
  });
  const bounds = await sql<{ bounds: string }>`select pg_get_expr(relpartbound, oid) as bounds from pg_class
    where relname = 'signature_tracking_events_20260601'`.execute(databases.system);
  expect(bounds.rows).toEqual([{ bounds: `FOR VALUES FROM ('2026-06-01 00:00:00+00') TO ('2026-06-08 00:00:00+00')` }]);
  const partitions = await readPartitions('signature_tracking_events');
  expect(partitions.filter((name) => name > 'signature_tracking_events_202605')).toEqual([
    'signature_tracking_events_20260601',
  ]);
});

test('two processes that make the same partitions at once both succeed', async () => {
  const first = new Date('2027-01-04T00:00:00Z');
  const last = new Date('2027-02-20T00:00:00Z');
  await Promise.all([1, 2, 3, 4].map(() => seedPartitions(databases, first, last)));
  const partitions = await readPartitions('signature_tracking_events');
  expect(partitions.filter((name) => name.includes('_2027'))).toHaveLength(7);
});

test('an absurd range is refused instead of making thousands of tables', async () => {
  await expect(seedPartitions(databases, new Date(0), new Date())).rejects.toThrow(/at most 800/);
});

test('visitors before a day are forgotten, that day and later ones stay', async () => {
  await seedPartitions(databases, new Date('2026-04-02T00:00:00Z'), new Date('2026-04-04T00:00:00Z'));
  const seen = { organization_id: organizationId, kind: 'load' as const, scope_id: organizationId };
  await databases.system
    .insertInto('visitor_seen')
    .values(
      ['2026-04-01', '2026-04-02', '2026-04-03'].map((day) => ({
        ...seen,
        key_day: day,
        window_at: `${day}T00:00:00Z`,
        visitor: Buffer.alloc(16, 7),
      })),
    )
    .execute();
  await sql`insert into visitor_claims (key_day, claim, organization_id, scope_id)
    select key_day, visitor, organization_id, scope_id from visitor_seen`.execute(databases.system);
  const answer = await sql<{
    dropped: number;
  }>`select app_private.drop_visitors_before('2026-04-03') as dropped`.execute(databases.system);
  expect(answer.rows[0]?.dropped).toBeGreaterThanOrEqual(2);
  for (const table of ['visitor_seen', 'visitor_claims'] as const)
    expect(await databases.system.selectFrom(table).select('key_day').execute()).toEqual([{ key_day: '2026-04-03' }]);
});

test('the application may neither make nor drop partitions', async () => {
  const make = sql`select app_private.ensure_partitions(now(), now())`.execute(databases.app);
  await expect(make).rejects.toThrow(/permission denied/);
  const drop = sql`select app_private.drop_visitors_before('2100-01-01')`.execute(databases.app);
  await expect(drop).rejects.toThrow(/permission denied/);
  await expect(sql`drop table visitor_seen`.execute(databases.system)).rejects.toThrow(/must be owner/);
});

async function readPartitions(
  parent: 'signature_tracking_events' | 'visitor_seen' | 'visitor_claims',
): Promise<string[]> {
  const answer = await sql<{ name: string }>`select inhrelid::regclass::text as name from pg_inherits
    where inhparent = ${parent}::regclass order by 1`.execute(databases.system);
  return answer.rows.map((row) => row.name);
}

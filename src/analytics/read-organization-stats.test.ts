import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SeededOrganization, seedMember, seedOrganization } from '../../tests/support/seed.ts';
import { storeSlots } from '../../tests/support/store-slots.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { type OrganizationStats, organizationStatsSchema } from '../contract/organization-stats.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { MemberId } from '../domain/ids.ts';
import { DEFAULT_TRACKING_SETTINGS, type TrackingSettings } from '../domain/settings.ts';
import { readOrganizationStats } from './read-organization-stats.ts';

const NOW = Date.parse('2026-11-18T10:00:00Z');
let databases: TestDatabase;

beforeAll(async () => {
  databases = await createTestDatabase();
});
afterAll(() => databases.drop());

async function newOrganization(settings: Partial<TrackingSettings> = {}): Promise<SeededOrganization> {
  return seedOrganization(databases, { roles: ['owner'], settings });
}

async function addPerson(acme: SeededOrganization, name: string, department?: string): Promise<MemberId> {
  const { memberId } = await seedMember(databases, {
    organizationId: acme.organizationId,
    name: `${name} ${acme.organizationId.slice(0, 8)}`,
  });
  if (department === undefined) return memberId;
  await databases.system
    .insertInto('departments')
    .values({ organization_id: acme.organizationId, name: department })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { id } = await databases.system
    .selectFrom('departments')
    .select('id')
    .where('organization_id', '=', acme.organizationId)
    .where('name', '=', department)
    .executeTakeFirstOrThrow();
  await databases.system
    .updateTable('organization_users')
    .set({ department_id: id })
    .where('id', '=', memberId)
    .execute();
  return memberId;
}

async function addOpens(acme: SeededOrganization, memberId: MemberId, opens: number, at = '2026-11-18T09:00:00Z') {
  const slot = { at: Date.parse(at), opens, uniques: 1, device: 'desktop' as const };
  await storeSlots(databases, { organizationId: acme.organizationId, memberId }, [slot]);
}

async function read(acme: SeededOrganization, days = 30): Promise<OrganizationStats> {
  const question = { organizationId: acme.organizationId, days, now: NOW };
  return withTenant(databases, acme.organizationId, (trx) => readOrganizationStats(trx, question));
}

test('five top performers, ties by name, nobody without an open; departments with what their members do', async () => {
  const acme = await newOrganization();
  const people: [string, string | undefined, number][] = [
    ['Zoe', 'Sales', 9],
    ['Amy', 'Support', 9],
    ['Ben', 'Sales', 4],
    ['Cleo', 'Support', 4],
    ['Dan', undefined, 3],
    ['Eve', 'Sales', 2],
    ['Fay', 'Marketing', 0],
  ];
  for (const [name, department, opens] of people) {
    const memberId = await addPerson(acme, name, department);
    if (opens > 0) await addOpens(acme, memberId, opens);
  }
  const stats = await read(acme);
  expect(organizationStatsSchema.parse(stats)).toEqual(stats);
  expect(stats.topPerformers.map(({ name, opens }) => [name.split(' ')[0], opens])).toEqual([
    ['Amy', 9],
    ['Zoe', 9],
    ['Ben', 4],
    ['Cleo', 4],
    ['Dan', 3],
  ]);
  expect(stats).toMatchObject({ totalOpens: 31, uniqueOpens: 6, activeUsers: 6 });
  expect(stats.byDepartment).toEqual([
    { department: 'Sales', opens: 15, users: 3 },
    { department: 'Support', opens: 13, users: 2 },
    { department: 'No department', opens: 3, users: 2 },
    { department: 'Marketing', opens: 0, users: 1 },
  ]);
});

test('a deactivated member’s opens count; the department counts them among its people no more', async () => {
  const acme = await newOrganization();
  const memberId = await addPerson(acme, 'Lee', 'Gone');
  await addOpens(acme, memberId, 2);
  await databases.system
    .updateTable('organization_users')
    .set({ deactivated_at: new Date() })
    .where('id', '=', memberId)
    .execute();
  const stats = await read(acme);
  expect(stats.totalOpens).toBe(2);
  expect(stats.topPerformers.map(({ userId }) => userId)).toEqual([memberId]);
  expect(stats.byDepartment).toContainEqual({ department: 'Gone', opens: 2, users: 0 });
});

test('the period is made of the organization’s local days, today included, and campaigns are no part of it', async () => {
  const acme = await newOrganization({ timezone: 'Asia/Kolkata' });
  const [{ memberId }] = acme.members;
  await addOpens(acme, memberId, 1, '2026-11-16T18:15:00Z');
  await addOpens(acme, memberId, 10, '2026-11-16T18:30:00Z');
  await addOpens(acme, memberId, 100, '2026-11-18T09:45:00Z');
  const slot = { at: Date.parse('2026-11-18T09:00:00Z'), opens: 1_000, uniques: 1, device: 'desktop' as const };
  const owner = { organizationId: acme.organizationId, memberId, campaignId: acme.campaign.campaignId };
  await storeSlots(databases, owner, [slot]);
  expect([
    (await read(acme, 1)).totalOpens,
    (await read(acme, 2)).totalOpens,
    (await read(acme, 3)).totalOpens,
  ]).toEqual([100, 110, 111]);
});

test('days whose quarter hours are deleted keep their figures', async () => {
  const acme = await newOrganization({ ...DEFAULT_TRACKING_SETTINGS, retention_days: 30 });
  const [{ memberId }] = acme.members;
  await addOpens(acme, memberId, 1, '2025-10-19T12:00:00Z');
  await addOpens(acme, memberId, 1_000, '2026-10-19T12:00:00Z');
  await addOpens(acme, memberId, 10_000, '2026-10-20T12:00:00Z');
  await databases.system
    .deleteFrom('tracking_rollup_slots')
    .where('organization_id', '=', acme.organizationId)
    .where('slot_at', '<', new Date('2026-10-20T00:00:00Z'))
    .execute();
  expect((await read(acme, 30)).totalOpens).toBe(10_000);
  expect((await read(acme, 400)).totalOpens).toBe(11_001);
});

test('in aggregate mode uniques are null', async () => {
  const acme = await newOrganization({ mode: 'aggregate' });
  await addOpens(acme, acme.members[0].memberId, 3);
  expect(await read(acme)).toMatchObject({ totalOpens: 3, uniqueOpens: null });
});

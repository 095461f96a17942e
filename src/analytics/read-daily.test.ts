import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SeededOrganization, seedMember, seedOrganization } from '../../tests/support/seed.ts';
import { type CountedSlot, storeSlots } from '../../tests/support/store-slots.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { toWall } from '../../tests/support/wall-clock.ts';
import { type Daily, dailySchema } from '../contract/daily.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { MemberId } from '../domain/ids.ts';
import type { TrackingSettings } from '../domain/settings.ts';
import { readDaily } from './read-daily.ts';
import { readViewer } from './read-viewer.ts';

const DAY_MS = 86_400_000;
let databases: TestDatabase;
let acme: SeededOrganization;

beforeAll(async () => {
  databases = await createTestDatabase();
  acme = await seedOrganization(databases);
});
afterAll(() => databases.drop());

async function read(memberId: MemberId, now: number, days: number): Promise<Daily> {
  return withTenant(databases, acme.organizationId, async (trx) => {
    const viewer = await readViewer(trx, acme.organizationId, memberId);
    if (viewer === null) throw new Error('no such member');
    return readDaily(trx, viewer, { now, days });
  });
}

async function newMember(settings: Partial<TrackingSettings>): Promise<MemberId> {
  await databases.system
    .updateTable('organization_settings')
    .set({ tracking_settings: JSON.stringify(settings) })
    .where('organization_id', '=', acme.organizationId)
    .execute();
  return (await seedMember(databases, { organizationId: acme.organizationId })).memberId;
}

test.each([
  ['UTC', '2026-11-18T10:37:00Z', 30],
  ['Europe/Berlin', '2026-03-30T10:00:00Z', 3],
  ['Europe/Berlin', '2026-10-26T22:59:59Z', 8],
  ['Australia/Lord_Howe', '2026-04-06T12:00:00Z', 7],
  ['Africa/Cairo', '2026-04-25T12:00:00Z', 5],
  ['America/Sao_Paulo', '2018-11-05T12:00:00Z', 5],
  ['Asia/Kathmandu', '2026-11-18T10:37:00Z', 90],
])('in %s at %s each of the last %d days has its own opens, zeros included', async (timeZone, text, days) => {
  const now = Date.parse(text);
  const memberId = await newMember({ timezone: timeZone, retention_days: 365 });
  const slots: CountedSlot[] = [];
  for (let at = now - (days + 2) * DAY_MS; at < now; at += 900_000 * 7)
    slots.push({
      at: Math.floor(at / 900_000) * 900_000,
      opens: (at / 900_000) % 5 < 2 ? 0 : 2,
      uniques: (at / 900_000) % 5 < 2 ? 0 : 1,
      device: 'mobile',
    });
  await storeSlots(databases, { organizationId: acme.organizationId, memberId }, slots);
  await storeSlots(
    databases,
    { organizationId: acme.organizationId, memberId, campaignId: acme.campaign.campaignId },
    slots,
  );

  const answer = await read(memberId, now, days);

  expect(dailySchema.parse(answer)).toEqual(answer);
  const today = Date.parse(toWall(now, timeZone).day);
  const expected = Array.from({ length: days }, (_, index) => {
    const date = new Date(today - (days - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    const inside = slots.filter((slot) => toWall(slot.at, timeZone).day === date);
    const sum = (of: 'opens' | 'uniques') => inside.reduce((total, slot) => total + slot[of], 0);
    return { date, opens: sum('opens'), unique: sum('uniques') };
  });
  expect(answer).toEqual({ data: expected, timezone: timeZone });
  expect(expected.some(({ opens }) => opens > 0)).toBe(true);
});

test.each([null, 'Asia/Kathmandu'])(
  'days whose hours are deleted keep their figures for a reader in %s',
  async (zone) => {
    const now = Date.parse('2026-11-18T10:00:00Z');
    const memberId = await newMember({ timezone: 'UTC', retention_days: 30 });
    await databases.system
      .updateTable('organization_users')
      .set({ timezone: zone })
      .where('id', '=', memberId)
      .execute();
    const days = ['2026-10-18', '2026-10-19', '2026-10-20', '2026-11-18'];
    const slots = days.map((day, index) => ({
      at: Date.parse(`${day}T09:45:00Z`),
      opens: index + 1,
      uniques: 1,
      device: 'desktop' as const,
    }));
    await storeSlots(databases, { organizationId: acme.organizationId, memberId }, slots);
    // 19 October began before 30 days ago: some of its quarter hours are gone.
    await databases.system
      .deleteFrom('tracking_rollup_slots')
      .where('slot_at', '<', new Date('2026-10-19T10:00:00Z'))
      .execute();

    const { data } = await read(memberId, now, 34);

    expect(data.filter(({ opens }) => opens > 0)).toEqual(
      days.map((date, index) => ({ date, opens: index + 1, unique: 1 })),
    );
  },
);

test('400 days are answered, in aggregate mode without uniques', async () => {
  const memberId = await newMember({ mode: 'aggregate', retention_days: 365 });
  const { data } = await read(memberId, Date.parse('2026-11-18T10:00:00Z'), 400);
  expect(data).toHaveLength(400);
  expect(data[0]?.date).toBe('2025-10-15');
  expect(data.every(({ unique }) => unique === null)).toBe(true);
});

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SeededOrganization, seedMember, seedOrganization } from '../../tests/support/seed.ts';
import { type CountedSlot, storeSlots } from '../../tests/support/store-slots.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { toWall, WEEKDAYS } from '../../tests/support/wall-clock.ts';
import type { MyStats } from '../contract/my-stats.ts';
import { myStatsSchema } from '../contract/my-stats.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { MemberId } from '../domain/ids.ts';
import type { TrackingSettings } from '../domain/settings.ts';
import type { Device } from '../domain/verdict.ts';
import { readMyStats } from './read-my-stats.ts';
import { readViewer } from './read-viewer.ts';

let databases: TestDatabase;
let acme: SeededOrganization;

beforeAll(async () => {
  databases = await createTestDatabase();
  acme = await seedOrganization(databases);
});
afterAll(() => databases.drop());

async function read(memberId: MemberId, now: number, organizationId = acme.organizationId): Promise<MyStats> {
  return withTenant(databases, organizationId, async (trx) => {
    const viewer = await readViewer(trx, organizationId, memberId);
    if (viewer === null) throw new Error('no such member');
    return readMyStats(trx, viewer, now);
  });
}

async function newMember(timeZone: string): Promise<MemberId> {
  const { memberId } = await seedMember(databases, { organizationId: acme.organizationId });
  await databases.system
    .updateTable('organization_users')
    .set({ timezone: timeZone })
    .where('id', '=', memberId)
    .execute();
  return memberId;
}

async function setSettings(settings: Partial<TrackingSettings>): Promise<void> {
  await databases.system
    .updateTable('organization_settings')
    .set({ tracking_settings: JSON.stringify(settings) })
    .where('organization_id', '=', acme.organizationId)
    .execute();
}

const open = (at: string, opens = 1, device: Device = 'desktop', uniques = 1): CountedSlot => ({
  at: Date.parse(at),
  opens,
  uniques,
  device,
});

describe('against a slow recount', () => {
  /** Around clock changes of each zone, week and month ends; none within an hour that the clock shows twice. */
  const MOMENTS: readonly (readonly [timeZone: string, now: string])[] = [
    ['UTC', '2026-11-18T10:37:00Z'],
    ['Europe/Berlin', '2026-03-29T12:05:00Z'],
    ['Europe/Berlin', '2026-04-01T06:20:00Z'],
    ['Europe/Berlin', '2026-10-25T09:59:59Z'],
    ['America/New_York', '2026-11-02T04:59:00Z'],
    ['America/Sao_Paulo', '2018-11-04T13:00:00Z'],
    ['America/Havana', '2026-11-03T18:31:00Z'],
    ['Africa/Cairo', '2026-04-24T00:10:00Z'],
    ['Africa/Cairo', '2026-10-31T22:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-07T03:14:00Z'],
    ['Australia/Lord_Howe', '2026-10-06T03:14:00Z'],
    ['Asia/Kathmandu', '2026-11-30T18:14:59Z'],
    ['Asia/Kolkata', '2026-12-31T18:30:00Z'],
    ['Pacific/Kiritimati', '2026-02-28T10:00:00Z'],
    ['Pacific/Apia', '2026-11-16T11:00:00Z'],
  ];

  test.each(MOMENTS)(
    'every figure is what counting each open by the clock of %s gives at %s',
    async (timeZone, text) => {
      await setSettings({ retention_days: 90 });
      const now = Date.parse(text);
      const slots = fc.array(
        fc.record({
          at: fc.integer({ min: -70 * 96, max: 0 }).map((slot) => Math.floor(now / 900_000 + slot) * 900_000),
          opens: fc.integer({ min: 0, max: 4 }),
          uniques: fc.integer({ min: 0, max: 1 }),
          device: fc.constantFrom<Device>('desktop', 'mobile', 'tablet', 'unknown'),
        }),
        { minLength: 200, maxLength: 600 },
      );
      await fc.assert(
        fc.asyncProperty(slots, async (drawn) => {
          const counted = drawn.map((slot) => (slot.opens === 0 ? { ...slot, uniques: 0 } : slot));
          const memberId = await newMember(timeZone);
          await storeSlots(databases, { organizationId: acme.organizationId, memberId }, counted);
          const stats = await read(memberId, now);
          expect(myStatsSchema.parse(stats)).toEqual(stats);
          expect(stats).toMatchObject(recount(counted, now, timeZone));
        }),
        { numRuns: 5, endOnFailure: true },
      );
    },
  );
});

/** Names the same figures by looking at the wall clock of each single slot; shares no code with the calendar. */
function recount(slots: readonly CountedSlot[], now: number, timeZone: string) {
  const nowWall = toWall(now, timeZone);
  const dayOf = (days: number) => new Date(Date.parse(nowWall.day) + days * 86_400_000).toISOString().slice(0, 10);
  const weekday = WEEKDAYS.indexOf(nowWall.weekday);
  const walls = slots.map((slot) => ({ ...slot, wall: toWall(slot.at, timeZone) }));
  const figures = (has: (wall: ReturnType<typeof toWall>) => boolean) => {
    const inside = walls.filter(({ wall }) => has(wall));
    return {
      opens: inside.reduce((sum, slot) => sum + slot.opens, 0),
      unique: inside.reduce((sum, slot) => sum + slot.uniques, 0),
    };
  };
  const between = (first: string, last: string) => (wall: { day: string }) => wall.day >= first && wall.day <= last;
  const cut = Math.floor((nowWall.hour * 60 + nowWall.minute) / 15) * 15;
  const before = (monday: string, day: string) => (wall: ReturnType<typeof toWall>) =>
    wall.day >= monday && (wall.day < day || (wall.day === day && wall.hour * 60 + wall.minute < cut));
  const current = figures(before(dayOf(-weekday), nowWall.day));
  const previous = figures(before(dayOf(-weekday - 7), dayOf(-7)));
  return {
    today: figures((wall) => wall.day === nowWall.day),
    thisWeek: figures(between(dayOf(-weekday), dayOf(6 - weekday))),
    thisMonth: figures((wall) => wall.day.startsWith(nowWall.day.slice(0, 7))),
    trend: {
      direction: current.opens > previous.opens ? 'up' : current.opens < previous.opens ? 'down' : 'flat',
      percentage:
        previous.opens === 0
          ? current.opens === 0
            ? 0
            : 100
          : Math.floor((200 * Math.abs(current.opens - previous.opens) + previous.opens) / (2 * previous.opens)),
    },
    peakHours: recountPeaks(walls.filter(({ wall }) => wall.day >= dayOf(-56) && wall.day < nowWall.day)),
    byDevice: recountDevices(walls.filter(({ wall }) => wall.day > dayOf(-30))),
    comparisons: {
      thisWeek: { current, previous },
      today: {
        current: figures(before(nowWall.day, nowWall.day)),
        previous: figures(before(dayOf(-1), dayOf(-1))),
      },
    },
    timezone: timeZone,
  };
}

function recountPeaks(slots: readonly { opens: number; wall: ReturnType<typeof toWall> }[]) {
  const cells = WEEKDAYS.flatMap((day) =>
    Array.from({ length: 24 }, (_, hour) => ({
      day,
      hour,
      opens: slots
        .filter(({ wall }) => wall.weekday === day && wall.hour === hour)
        .reduce((sum, slot) => sum + slot.opens, 0),
    })),
  );
  const best: { hour: number; day: string; avgOpens: number }[] = [];
  for (let left = 3; left > 0; left -= 1) {
    const top = cells.reduce((a, b) => (b.opens > a.opens ? b : a));
    if (top.opens === 0) break;
    best.push({ hour: top.hour, day: top.day, avgOpens: Math.round((top.opens * 10) / 8) / 10 });
    top.opens = 0;
  }
  return best;
}

function recountDevices(slots: readonly CountedSlot[]) {
  const names = ['desktop', 'mobile', 'tablet'] as const;
  const count = (name: Device) =>
    slots.filter(({ device }) => device === name).reduce((sum, { opens }) => sum + opens, 0);
  const total = names.reduce((sum, name) => sum + count(name), 0);
  if (total === 0) return { desktop: 0, mobile: 0, tablet: 0 };
  const shares = names.map((name) => ({
    name,
    whole: Math.floor((count(name) * 100) / total),
    rest: (count(name) * 100) % total,
  }));
  let missing = 100 - shares.reduce((sum, { whole }) => sum + whole, 0);
  for (const share of [...shares].sort((a, b) => b.rest - a.rest)) {
    if (missing > 0) share.whole += 1;
    missing -= 1;
  }
  return Object.fromEntries(shares.map(({ name, whole }) => [name, whole]));
}

describe('what my-stats says', () => {
  const NOW = Date.parse('2026-11-18T10:37:00Z');

  test('a member without an open gets zeros, no peak and a flat trend', async () => {
    await setSettings({});
    expect(await read(await newMember('UTC'), NOW)).toMatchObject({
      today: { opens: 0, unique: 0 },
      thisWeek: { opens: 0, unique: 0 },
      thisMonth: { opens: 0, unique: 0 },
      trend: { direction: 'flat', percentage: 0 },
      peakHours: [],
      byDevice: { desktop: 0, mobile: 0, tablet: 0 },
      deviceKnownShare: null,
    });
  });

  test('the first open ever is up 100', async () => {
    const memberId = await newMember('UTC');
    await storeSlots(databases, { organizationId: acme.organizationId, memberId }, [open('2026-11-18T09:00:00Z')]);
    expect((await read(memberId, NOW)).trend).toEqual({ direction: 'up', percentage: 100 });
  });

  test('an open of the running quarter hour counts at once, but not yet in the trend', async () => {
    const memberId = await newMember('UTC');
    await storeSlots(databases, { organizationId: acme.organizationId, memberId }, [open('2026-11-18T10:30:00Z')]);
    const stats = await read(memberId, NOW);
    expect(stats.today).toEqual({ opens: 1, unique: 1 });
    expect(stats.trend).toEqual({ direction: 'flat', percentage: 0 });
    expect((await read(memberId, Date.parse('2026-11-18T10:45:00Z'))).trend.direction).toBe('up');
  });

  test('campaign opens, another member’s and another organization’s are never added', async () => {
    const memberId = await newMember('UTC');
    const other = await seedOrganization(databases);
    const [{ memberId: stranger }] = other.members;
    const today = [open('2026-11-18T09:00:00Z', 5)];
    await storeSlots(databases, { organizationId: acme.organizationId, memberId }, [open('2026-11-18T09:00:00Z', 1)]);
    const { campaignId } = acme.campaign;
    await storeSlots(databases, { organizationId: acme.organizationId, memberId, campaignId }, today);
    await storeSlots(databases, { organizationId: acme.organizationId, memberId: acme.members[0].memberId }, today);
    await storeSlots(databases, { organizationId: other.organizationId, memberId: stranger }, today);
    expect((await read(memberId, NOW)).thisMonth.opens).toBe(1);
    expect((await read(stranger, NOW, other.organizationId)).thisMonth.opens).toBe(5);
  });

  test('another organization’s member is nobody here', async () => {
    const other = await seedOrganization(databases);
    const viewer = await withTenant(databases, acme.organizationId, (trx) =>
      readViewer(trx, acme.organizationId, other.members[0].memberId),
    );
    expect(viewer).toBeNull();
  });

  test('in aggregate mode readers are not told apart: every unique is null', async () => {
    await setSettings({ mode: 'aggregate' });
    const memberId = await newMember('UTC');
    await storeSlots(databases, { organizationId: acme.organizationId, memberId }, [open('2026-11-18T09:00:00Z')]);
    const stats = await read(memberId, NOW);
    expect([stats.today, stats.thisWeek, stats.thisMonth]).toEqual(Array(3).fill({ opens: 1, unique: null }));
    expect(stats.comparisons.thisWeek.unique).toBeNull();
    await setSettings({});
  });

  test('without an own time zone the organization’s counts', async () => {
    await setSettings({ timezone: 'Asia/Kolkata' });
    const { memberId } = await seedMember(databases, { organizationId: acme.organizationId });
    await storeSlots(databases, { organizationId: acme.organizationId, memberId }, [
      open('2026-11-17T18:15:00Z', 1),
      open('2026-11-17T18:30:00Z', 2),
    ]);
    const stats = await read(memberId, NOW);
    expect(stats).toMatchObject({ timezone: 'Asia/Kolkata', today: { opens: 2 } });
    await setSettings({});
  });

  test('a zone that this machine does not know hides no figures', async () => {
    const memberId = await newMember('Mars/Olympus');
    expect((await read(memberId, NOW)).timezone).toBe('UTC');
  });

  test('on the 31st under a retention of 30 days the month still holds its first day', async () => {
    await setSettings({ retention_days: 30 });
    const memberId = await newMember('UTC');
    const member = { organization_id: acme.organizationId, user_id: memberId, campaign_id: null };
    const row = { ...member, verdict: 'human', device: 'desktop', events: 3, opens: 3, uniques: 2 } as const;
    await databases.system
      .insertInto('tracking_rollup_days')
      .values({ ...row, day: '2026-10-01' })
      .execute();
    await storeSlots(databases, { organizationId: acme.organizationId, memberId }, [open('2026-10-20T09:00:00Z', 4)]);
    const stats = await read(memberId, Date.parse('2026-10-31T12:00:00Z'));
    expect(stats.thisMonth).toEqual({ opens: 7, unique: 3 });
    expect(stats.comparisons.thisMonth).toBeNull();
    await setSettings({});
  });
});

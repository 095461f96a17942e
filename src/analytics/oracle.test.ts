import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  makeRandomHits,
  type RandomHits,
  type RandomOrganization,
  type Reading,
} from '../../tests/support/random-hits.ts';
import {
  type LocalOpen,
  type RecountedOpen,
  recountBreakdown,
  recountMyStats,
  recountOpens,
  shiftDay,
  toCells,
  toClockText,
  toPerCents,
  toTotals,
} from '../../tests/support/recount.ts';
import { type SeededMember, seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { readRollupDrift } from '../../tests/support/tracking.ts';
import { withTenant } from '../db/with-tenant.ts';
import { DAY_MS, type SpoolBlock } from '../domain/hit.ts';
import { type BatchContext, createBatchContext } from '../process/batch-context.ts';
import { processBatch } from '../process/process-batch.ts';
import { toFailure } from '../process/to-failure.ts';
import { readBreakdown } from './read-breakdown.ts';
import { readCampaignDaily } from './read-campaign-daily.ts';
import { readCampaignStats } from './read-campaign-stats.ts';
import { readDaily } from './read-daily.ts';
import { readHours } from './read-hours.ts';
import { readMyStats } from './read-my-stats.ts';
import { readOrganizationBreakdown } from './read-organization-breakdown.ts';
import { readOrganizationDaily } from './read-organization-daily.ts';
import { readOrganizationStats } from './read-organization-stats.ts';
import { readQuality } from './read-quality.ts';
import { readViewer } from './read-viewer.ts';

// Clocks go forward in New York on 8 March 2026 and in Berlin on the 29th; back by half an hour on Lord Howe, and by
// one in Sydney, on 5 April. Kolkata and Kathmandu keep offsets of a half and three quarters of an hour.
const NOW = Date.parse('2026-04-08T09:37:21Z');
const DAYS = 70;
/** `npm run bench -- oracle` asks for ten times as many. */
const HITS = Number(process.env.ORACLE_HITS ?? 20_000);
const ATTEMPTS_MAX = 10;
/** As many days as my-stats is asked of: of all of them in the long version. */
const ASKED_DAYS = HITS >= 200_000 ? DAYS : 24;
/** For storing them, on a machine that has other work too. */
const PATIENCE_MS = Math.max(240_000, HITS * 4);
const ORGANIZATION_ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'] as const;
const MEMBER_ZONES = [null, 'Asia/Kathmandu', 'America/New_York', 'Australia/Sydney'] as const;

interface Reader extends RandomOrganization {
  readonly member: SeededMember;
  readonly readerZone: string;
}

let databases: TestDatabase;
const organizations: RandomOrganization[] = [];
const readers: Reader[] = [];
let opens: readonly RecountedOpen[] = [];
let random: RandomHits;

beforeAll(async () => {
  databases = await createTestDatabase();
  for (const [index, timezone] of ORGANIZATION_ZONES.entries()) await addOrganization(timezone, index !== 2);
  const from = NOW - DAYS * DAY_MS;
  random = makeRandomHits({ organizations, hits: HITS, from, to: NOW, seed: 20_260_408 });
  opens = random.opens;
  const contexts = random.lanes.map(() => createBatchContext({ databases, clock: { now: () => NOW } }));
  await Promise.all(
    random.lanes.map(async (blocks, lane) => {
      const context = contexts[lane];
      for (let next = 0; context && next < blocks.length; next += 2)
        await storeBatch(context, blocks.slice(next, next + 2));
    }),
  );
}, PATIENCE_MS);
afterAll(() => databases.drop());

/** As the processor does: a batch that another's partitions were in the way of comes again. */
async function storeBatch(context: BatchContext, blocks: readonly SpoolBlock[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await processBatch(context, blocks);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || toFailure(error) !== 'conflict') throw error;
    }
  }
}

async function addOrganization(timezone: string, excludeBots: boolean): Promise<void> {
  const seeded = await seedOrganization(databases, {
    roles: ['owner', 'admin', 'member', 'member'],
    settings: { timezone, exclude_bots: excludeBots },
    since: new Date(NOW - 399 * DAY_MS),
  });
  const organization = { seeded, timeZone: timezone, excludeBots };
  organizations.push(organization);
  for (const [index, member] of seeded.members.entries()) {
    const own = MEMBER_ZONES[index] ?? null;
    await databases.system
      .updateTable('organization_users')
      .set({ timezone: own })
      .where('id', '=', member.memberId)
      .execute();
    readers.push({ ...organization, member, readerZone: own ?? timezone });
  }
}

function opensOf({ member, timeZone, readerZone }: Reader): readonly LocalOpen[] {
  const own = opens.filter(({ memberId }) => memberId === member.memberId);
  return recountOpens(own, { organization: timeZone, reader: readerZone });
}

async function asReader<T>(
  { seeded, member }: Reader,
  read: (
    ...viewer: Parameters<typeof readDaily> extends [infer T, infer V, ...unknown[]] ? [T, V] : never
  ) => Promise<T>,
): Promise<T> {
  return withTenant(databases, seeded.organizationId, async (trx) => {
    const viewer = await readViewer(trx, seeded.organizationId, member.memberId);
    if (viewer === null) throw new Error('the member is not there');
    return read(trx, viewer);
  });
}

test('there is something to count: opens of every member', () => {
  expect(opens.length).toBeGreaterThan(HITS / 4);
  for (const reader of readers) expect(opensOf(reader).length).toBeGreaterThan(100);
});

test('daily equals a recount for every member and day', async () => {
  for (const reader of readers) {
    const local = opensOf(reader);
    const { data } = await asReader(reader, (trx, viewer) => readDaily(trx, viewer, { now: NOW, days: DAYS }));
    const today = toClockText(NOW, reader.readerZone).slice(0, 10);
    const expected = Array.from({ length: DAYS }, (_, index) => {
      const date = shiftDay(today, index - DAYS + 1);
      return { date, ...toTotals(local.filter(({ day }) => day === date)) };
    });
    expect({ reader: reader.member.name, data }).toEqual({ reader: reader.member.name, data: expected });
  }
});

test('my-stats equals a recount for every member, asked on many days and at many hours', async () => {
  for (const reader of readers) {
    const local = opensOf(reader);
    for (let asked = 0; asked < ASKED_DAYS; asked += 1) {
      const now = NOW - asked * (DAY_MS + 71 * 60_000);
      const stats = await asReader(reader, (trx, viewer) => readMyStats(trx, viewer, now));
      const { cut, ...expected } = recountMyStats(local, now, reader.readerZone);
      expect({ reader: reader.readerZone, now: new Date(now), stats }).toMatchObject({
        reader: reader.readerZone,
        now: new Date(now),
        stats: { ...expected, comparisons: { thisWeek: cut } },
      });
    }
  }
});

test('the hours of the week equal a recount for every member', async () => {
  for (const reader of readers) {
    const today = toClockText(NOW, reader.readerZone).slice(0, 10);
    const counted = opensOf(reader).filter(({ day }) => day >= shiftDay(today, -56) && day < today);
    const { data } = await asReader(reader, (trx, viewer) => readHours(trx, viewer, NOW));
    const cells = data.flatMap(({ opens: row }, day) =>
      row.flatMap((count, hour) => (count > 0 ? [[`${day} ${String(hour).padStart(2, '0')}`, count] as const] : [])),
    );
    expect(new Map(cells)).toEqual(toCells(counted));
  }
});

test('the team’s daily figures equal a recount for every organization and day', async () => {
  for (const { seeded, timeZone } of organizations) {
    const own = opens.filter((open) => seeded.members.some(({ memberId }) => memberId === open.memberId));
    const local = recountOpens(own, { organization: timeZone, reader: timeZone });
    const question = { organizationId: seeded.organizationId, days: DAYS, now: NOW };
    const { data } = await withTenant(databases, seeded.organizationId, (trx) => readOrganizationDaily(trx, question));
    const today = toClockText(NOW, timeZone).slice(0, 10);
    const expected = Array.from({ length: DAYS }, (_, index) => {
      const date = shiftDay(today, index - DAYS + 1);
      return { date, ...toTotals(local.filter(({ day }) => day === date)) };
    });
    expect(data).toEqual(expected);
  }
});

test('organization-stats equals a recount for every organization and length of period', async () => {
  for (const { seeded, timeZone } of organizations) {
    const ids = new Map(seeded.members.map(({ memberId, name }) => [memberId as string, name]));
    const own = opens.filter(({ memberId }) => ids.has(memberId));
    const local = recountOpens(own, { organization: timeZone, reader: timeZone });
    const today = toClockText(NOW, timeZone).slice(0, 10);
    for (let days = 1; days <= DAYS; days += 1) {
      const question = { organizationId: seeded.organizationId, days, now: NOW };
      const stats = await withTenant(databases, seeded.organizationId, (trx) => readOrganizationStats(trx, question));
      const inside = local.filter(({ day }) => day >= shiftDay(today, 1 - days) && day <= today);
      const performers = [...ids]
        .map(([userId, name]) => ({ userId, name, opens: inside.filter((open) => open.memberId === userId).length }))
        .filter((performer) => performer.opens > 0)
        .sort((a, b) => b.opens - a.opens || (a.name < b.name ? -1 : 1));
      const totals = toTotals(inside);
      expect(stats).toMatchObject({
        totalOpens: totals.opens,
        uniqueOpens: totals.unique,
        activeUsers: performers.length,
        topPerformers: performers.slice(0, 5),
        byDepartment: [{ department: 'No department', opens: totals.opens, users: 4 }],
      });
    }
  }
});

test('the figures of a campaign, and its days, equal a recount: unique by reader and hour of UTC', async () => {
  for (const { seeded, timeZone, excludeBots } of organizations) {
    const [{ memberId, name }] = seeded.members;
    const own = random.campaignOpens.filter((open) => open.memberId === memberId);
    const seen = new Set<string>();
    const local = [...own]
      .sort((a, b) => a.at - b.at)
      .map((open) => {
        const key = `${open.visitor} ${new Date(open.at).toISOString().slice(0, 13)}`;
        const isUnique = !seen.has(key);
        seen.add(key);
        const clock = toClockText(open.at, timeZone);
        return { ...open, clock, day: clock.slice(0, 10), isUnique };
      });
    expect(local.length).toBeGreaterThan(50);
    const question = { organizationId: seeded.organizationId, campaignId: seeded.campaign.campaignId, now: NOW };
    const [stats, daily] = await withTenant(databases, seeded.organizationId, async (trx) => [
      await readCampaignStats(trx, question),
      await readCampaignDaily(trx, { ...question, days: DAYS }),
    ]);
    const totals = toTotals(local);
    expect(stats).toMatchObject({
      totalOpens: totals.opens,
      uniqueOpens: totals.unique,
      byDevice: toPerCents(local),
      topMembers: [{ userId: memberId, name, opens: totals.opens }],
      byVerdict: recountVerdicts(
        random.readings.filter((one) => one.isCampaign && one.memberId === memberId),
        excludeBots,
      ),
    });
    const today = toClockText(NOW, timeZone).slice(0, 10);
    for (const [index, { date, ...figures }] of daily.data.entries()) {
      expect(date).toBe(shiftDay(today, index - DAYS + 1));
      expect(figures).toEqual(toTotals(local.filter(({ day }) => day === date)));
    }
  }
});

/** Stored ones; where machines are refused they are no part of it. */
function recountVerdicts(own: readonly Reading[], isRefused = false) {
  const of = (...agents: string[]) => own.filter(({ agent }) => agents.includes(agent)).length;
  return {
    human: of('outlook', 'iphone', 'thunderbird'),
    proxy_open: of('gmail'),
    prefetch: of('gmailPrefetch', 'applePrefetch'),
    scanner: isRefused ? 0 : of('scanner'),
    bot: isRefused ? 0 : of('bot'),
    unknown: of('syncAgent'),
    self: 0,
    test: 0,
  };
}

test('what fetched the pixels equals a recount, for every member and for every organization', async () => {
  for (const { seeded, timeZone, excludeBots } of organizations) {
    const today = toClockText(NOW, timeZone).slice(0, 10);
    for (const days of [1, 7, 30, DAYS]) {
      const inside = random.readings.filter(
        ({ at }) => toClockText(at, timeZone).slice(0, 10) > shiftDay(today, -days),
      );
      const recount = (ids: readonly string[]) => {
        const own = inside.filter(({ memberId }) => ids.includes(memberId));
        const of = (...agents: string[]) => own.filter(({ agent }) => agents.includes(agent));
        const machines = (agent: string) =>
          excludeBots ? of(agent).reduce((sum, { loads }) => sum + loads, 0) : of(agent).length;
        return {
          human: of('outlook', 'iphone', 'thunderbird').length,
          proxied: of('gmail').length,
          prefetch: of('gmailPrefetch', 'applePrefetch').length,
          scanner: machines('scanner'),
          bot: machines('bot'),
          unknown: of('syncAgent').length,
        };
      };
      const ids = seeded.members.map(({ memberId }) => memberId);
      for (const memberId of [null, ...ids]) {
        const question = { organizationId: seeded.organizationId, memberId, days, now: NOW };
        const { counts } = await withTenant(databases, seeded.organizationId, (trx) => readQuality(trx, question));
        expect({ days, memberId, ...counts }).toMatchObject({
          days,
          memberId,
          ...recount(memberId === null ? ids : [memberId]),
        });
      }
    }
  }
});

/** What each of the agents that read is called. */
const PROGRAMS = new Map([
  ['outlook', 'Outlook'],
  ['iphone', 'Apple Mail'],
  ['thunderbird', 'Thunderbird'],
]);

/** Opens by a reader's own software; days are those of the zone. */
function toReadings(own: readonly RecountedOpen[], timeZone: string) {
  return own.flatMap(({ at, visitor }) => {
    const name = PROGRAMS.get(visitor.split(' ')[1] ?? '');
    return name === undefined ? [] : [{ name, visitor, day: toClockText(at, timeZone).slice(0, 10) }];
  });
}

test('what mail is read with equals a recount, for every member and for every organization, under k and above', async () => {
  const told = { none: 0, some: 0, others: 0 };
  const note = ({ data, other }: { data: readonly unknown[]; other: number | null }) => {
    told[other !== null ? 'others' : data.length > 0 ? 'some' : 'none'] += 1;
  };
  for (const [index, { seeded, timeZone }] of organizations.entries()) {
    const { organizationId } = seeded;
    for (const days of [1, 2, 7, 30, DAYS]) {
      const inside = (own: readonly RecountedOpen[], zone: string) => {
        const today = toClockText(NOW, zone).slice(0, 10);
        return toReadings(own, zone).filter(({ day }) => day > shiftDay(today, -days) && day <= today);
      };
      const question = { organizationId, days, now: NOW };
      const ours = opens.filter(({ memberId }) => seeded.members.some((member) => member.memberId === memberId));
      const { clients } = await withTenant(databases, organizationId, (trx) =>
        readOrganizationBreakdown(trx, question),
      );
      note(clients);
      expect({ days, clients }).toEqual({ days, clients: recountBreakdown(inside(ours, 'UTC'), 5) });
      for (const reader of readers.slice(index * 4, index * 4 + 4)) {
        const own = opens.filter(({ memberId }) => memberId === reader.member.memberId);
        const mine = await asReader(reader, (trx, viewer) => readBreakdown(trx, viewer, question));
        note(mine.clients);
        expect({ days, clients: mine.clients }).toEqual({ days, clients: recountBreakdown(inside(own, timeZone), 5) });
      }
    }
  }
  expect(told.some).toBeGreaterThan(5);
  if (HITS <= 20_000) expect(Math.min(told.none, told.others)).toBeGreaterThan(2);
});

test('no rollup differs from the opens it was made of', async () => {
  expect(await readRollupDrift(databases)).toEqual([]);
});

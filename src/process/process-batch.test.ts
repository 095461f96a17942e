import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AGENTS, type HitOptions, makeBlock, makeHit } from '../../tests/support/hits.ts';
import { type SeededOrganization, type SeedOptions, seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { readDrops, readEvents, readRollupDrift } from '../../tests/support/tracking.ts';
import { DAY_MS, type SpoolBlock, type ThrottledHits } from '../domain/hit.ts';
import { type BatchContext, createBatchContext } from './batch-context.ts';
import { processBatch } from './process-batch.ts';

const NOW = Date.parse('2026-06-10T12:00:00Z');
const SINCE = new Date(NOW - 399 * DAY_MS);

let database: TestDatabase;
let context: BatchContext;

beforeAll(async () => {
  database = await createTestDatabase();
  context = createBatchContext({ databases: database, clock: { now: () => NOW } });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await sql`delete from organizations`.execute(database.system);
  for (const table of [
    'signature_tracking_events',
    'tracking_rollup_slots',
    'tracking_rollup_days',
    'tracking_drop_slots',
    'unattributed_drops',
    'dead_letters',
    'visitor_seen',
  ]) {
    await sql`delete from ${sql.table(table)}`.execute(database.system);
  }
});

const seed = (options: SeedOptions = {}): Promise<SeededOrganization> =>
  seedOrganization(database, { since: SINCE, ...options });
const process = (...blocks: SpoolBlock[]) => processBatch(context, blocks);
const userHits = (organization: SeededOrganization, ...hits: HitOptions[]): SpoolBlock =>
  makeBlock(hits.map((hit) => makeHit(organization.members[0].pixel, hit)));
const campaignHits = (organization: SeededOrganization, ...hits: HitOptions[]): SpoolBlock =>
  makeBlock(hits.map((hit) => makeHit(organization.campaign.pixel, { trackingType: 'campaign', ...hit })));
const countUniques = async (): Promise<number> => (await readEvents(database)).filter((e) => e.is_unique).length;

test("a reader's open of a user pixel becomes one counted, unique event of the member", async () => {
  const acme = await seed();
  const outcome = await process(userHits(acme, { at: '2026-06-10T11:00:00.123Z' }));
  expect(outcome).toMatchObject({ hits: 1, events: 1, folded: 0, dropped: {}, replayedBlocks: 0 });
  expect(await readEvents(database)).toMatchObject([
    {
      user_id: acme.members[0].memberId,
      campaign_id: null,
      hit_at: new Date('2026-06-10T11:00:00.123Z'),
      tracking_type: 'user',
      verdict: 'human',
      load_count: 1,
      is_counted: true,
      is_unique: true,
      is_bot: false,
      is_proxy: false,
      is_old_signature: false,
    },
  ]);
  expect(await readRollupDrift(database)).toEqual([]);
});

test('every verdict is stored and counted as the product says', async () => {
  const acme = await seed({ settings: { exclude_bots: false } });
  const at = '2026-06-10T11:00:00Z';
  const kinds = ['outlook', 'gmail', 'applePrefetch', 'scanner', 'bot', 'syncAgent'] as const;
  await process(campaignHits(acme, ...kinds.map((by, i) => ({ at: Date.parse(at) + i, by, address: `192.0.2.${i}` }))));
  const events = await readEvents(database);
  expect(events.map((e) => [e.verdict, e.is_counted, e.is_proxy, e.is_bot, e.is_unique])).toEqual([
    ['human', true, false, false, true],
    ['proxy_open', true, true, false, true],
    ['prefetch', false, true, false, false],
    ['scanner', true, false, true, true],
    ['bot', true, false, true, true],
    ['unknown', false, false, false, false],
  ]);
  expect(await readRollupDrift(database)).toEqual([]);
});

test('an open through a retired token is marked as coming from an old signature', async () => {
  const acme = await seed();
  await sql`update signature_user_tracking set is_active = false, retired_at = now()
    where user_id = ${acme.members[0].memberId}`.execute(database.system);
  await process(userHits(acme, { at: NOW }));
  expect(await readEvents(database)).toMatchObject([{ is_old_signature: true, is_counted: true }]);
});

test("a deactivated member's opens are recorded", async () => {
  const acme = await seed();
  await sql`update organization_users set deactivated_at = now() where id = ${acme.members[0].memberId}`.execute(
    database.system,
  );
  await process(userHits(acme, { at: NOW }));
  expect(await readEvents(database)).toHaveLength(1);
});

test("a campaign pixel's first Gmail open sets when its mail was delivered, in any order of arrival", async () => {
  const acme = await seed();
  await process(campaignHits(acme, { at: '2026-06-10T11:00:00Z', by: 'gmail' }));
  await process(campaignHits(acme, { at: '2026-06-10T10:00:00Z', by: 'gmail' }));
  await process(campaignHits(acme, { at: '2026-06-10T11:30:00Z', by: 'gmail' }, { at: '2026-06-10T09:00:00Z' }));
  const pixel = await database.system
    .selectFrom('signature_tracking_pixels')
    .select('delivered_at')
    .executeTakeFirstOrThrow();
  expect(pixel.delivered_at).toEqual(new Date('2026-06-10T10:00:00Z'));
});

test('the same token on the path of the other kind of pixel is unknown', async () => {
  const acme = await seed();
  await process(userHits(acme, { at: NOW, trackingType: 'campaign' }));
  expect(await readDrops(database)).toEqual({ unknown_token: 1 });
});

// One test per reason why a hit becomes no event.

const throttled = (organization: SeededOrganization, limit: ThrottledHits['limit']): ThrottledHits => ({
  kind: 'throttled',
  hitAt: NOW,
  trackingType: 'user',
  tokenHash: organization.members[0].pixel.tokenHash,
  limit,
  hits: 7,
});

test.each<{ reason: string; hits: number; settings?: SeedOptions; make: (acme: SeededOrganization) => SpoolBlock }>([
  {
    reason: 'unknown_token',
    hits: 1,
    make: () => makeBlock([makeHit({ tokenHash: Buffer.alloc(32, 1) }, { at: NOW })]),
  },
  { reason: 'unreadable', hits: 3, make: () => makeBlock([], 3) },
  {
    reason: 'tracking_off',
    hits: 1,
    settings: { settings: { user_tracking_enabled: false } },
    make: (acme) => userHits(acme, { at: NOW }),
  },
  {
    reason: 'tracking_off',
    hits: 1,
    settings: { settings: { campaign_tracking_enabled: false } },
    make: (acme) => campaignHits(acme, { at: NOW }),
  },
  {
    reason: 'tracking_off',
    hits: 2,
    settings: { settings: { mode: 'off' } },
    make: (acme) => makeBlock([...userHits(acme, { at: NOW }).records, ...campaignHits(acme, { at: NOW }).records]),
  },
  {
    reason: 'campaign_inactive',
    hits: 1,
    settings: { campaignStatus: 'paused' },
    make: (acme) => campaignHits(acme, { at: NOW }),
  },
  { reason: 'scanner', hits: 1, make: (acme) => userHits(acme, { at: NOW, by: 'scanner' }) },
  { reason: 'bot', hits: 1, make: (acme) => userHits(acme, { at: NOW, by: 'bot' }) },
  { reason: 'throttled_pixel', hits: 7, make: (acme) => makeBlock([throttled(acme, 'pixel')]) },
  { reason: 'throttled_client_ip', hits: 7, make: (acme) => makeBlock([throttled(acme, 'client_ip')]) },
])(
  'a hit dropped as $reason is counted, stored nowhere, and counted once however often its block comes',
  async (row) => {
    const acme = await seed(row.settings);
    const block = row.make(acme);
    const first = await process(block);
    const again = await process(block);
    expect(first).toMatchObject({ hits: row.hits, events: 0, dropped: { [row.reason]: row.hits } });
    expect(again).toMatchObject({ hits: 0, events: 0, dropped: {}, replayedBlocks: 1 });
    expect(await readDrops(database)).toEqual({ [row.reason]: row.hits });
    expect(await readEvents(database)).toEqual([]);
    expect(await sql`select from visitor_seen`.execute(database.system)).toMatchObject({ rows: [] });
  },
);

test("a campaign's status is that of the time of the hit, whenever it arrives", async () => {
  const acme = await seed({ campaignStatus: 'completed' });
  await sql`delete from signature_campaign_statuses`.execute(database.system);
  await sql`insert into signature_campaign_statuses (organization_id, campaign_id, status, began_at, ended_at) values
    (${acme.organizationId}, ${acme.campaign.campaignId}, 'active', '2026-06-01', '2026-06-02'),
    (${acme.organizationId}, ${acme.campaign.campaignId}, 'completed', '2026-06-02', null)`.execute(database.system);
  const times = [
    '2026-05-31T23:59:59.999Z',
    '2026-06-01T00:00:00Z',
    '2026-06-01T23:59:59.999Z',
    '2026-06-02T00:00:00Z',
  ];
  await process(campaignHits(acme, ...times.map((at, i) => ({ at, address: `192.0.2.${i}` }))));
  expect((await readEvents(database)).map((e) => e.hit_at.toISOString())).toEqual([
    '2026-06-01T00:00:00.000Z',
    '2026-06-01T23:59:59.999Z',
  ]);
  expect(await readDrops(database)).toEqual({ campaign_inactive: 2 });
});

// Folding.

test('a storm of 500 loads by Gmail from many addresses within 3 s is one open with its load count', async () => {
  const acme = await seed();
  const loads = Array.from(
    { length: 500 },
    (_, i): HitOptions => ({ at: NOW + i * 6, by: 'gmail', address: `66.249.84.${i % 250}` }),
  );
  const blocks = Array.from({ length: 10 }, (_, i) => userHits(acme, ...loads.slice(i * 50, i * 50 + 50)));
  await process(...blocks.slice(0, 3));
  for (const block of blocks.slice(3)) await process(block);
  for (const block of blocks) await process(block);
  expect(await readEvents(database)).toMatchObject([{ verdict: 'proxy_open', load_count: 500, is_unique: true }]);
  expect(await readRollupDrift(database)).toEqual([]);
});

test("loads by one visitor fold for 10 s from the first, and a neighbour's do not", async () => {
  const acme = await seed();
  const at = (seconds: number, address = '203.0.113.7'): HitOptions => ({ at: NOW + seconds * 1000, address });
  await process(userHits(acme, at(0), at(4), at(4, '203.0.113.8')));
  await process(userHits(acme, at(9), at(11), at(19)));
  const events = await readEvents(database);
  expect(events.map((e) => [(e.hit_at.getTime() - NOW) / 1000, e.load_count, e.is_unique])).toEqual([
    [0, 3, true],
    [4, 1, true],
    [11, 2, false],
  ]);
});

test('loads that arrive in the wrong order fold as they would have in the right one', async () => {
  const acme = await seed();
  await process(userHits(acme, { at: NOW + 12_000 }));
  await process(userHits(acme, { at: NOW }));
  await process(userHits(acme, { at: NOW + 9000 }));
  expect((await readEvents(database)).map((e) => e.load_count)).toEqual([2, 1]);
});

test("a proxy's prefetch never swallows the open that follows it", async () => {
  const acme = await seed();
  await process(userHits(acme, { at: NOW, by: 'gmailPrefetch' }, { at: NOW + 2000, by: 'gmail' }));
  expect((await readEvents(database)).map((e) => [e.verdict, e.is_counted])).toEqual([
    ['prefetch', false],
    ['proxy_open', true],
  ]);
});

test.each(['outlook', 'gmail'] as const)(
  'loads by %s on both sides of midnight UTC are one open, in either order',
  async (by) => {
    const acme = await seed();
    const other = await seed();
    const before: HitOptions = { at: '2026-06-09T23:59:57Z', by };
    const after: HitOptions = { at: '2026-06-10T00:00:03Z', by };
    await process(userHits(acme, before));
    await process(userHits(acme, after));
    await process(userHits(other, after));
    await process(userHits(other, before));
    expect((await readEvents(database)).map((e) => e.load_count)).toEqual([2, 2]);
  },
);

test('a load count stops at the top of its column instead of failing', async () => {
  const acme = await seed();
  const burst = (size: number) =>
    userHits(acme, ...Array.from({ length: size }, () => ({ at: NOW, by: 'gmail' as const })));
  await process(burst(32_000));
  await process(burst(1000));
  expect((await readEvents(database)).map((e) => e.load_count)).toEqual([32_767]);
});

test('a fold that comes later changes the load count and no rollup', async () => {
  const acme = await seed();
  await process(userHits(acme, { at: NOW }));
  await process(userHits(acme, { at: NOW + 5000 }));
  const { rows } = await sql`select events, opens, uniques from tracking_rollup_slots`.execute(database.system);
  expect(rows).toEqual([{ events: 1, opens: 1, uniques: 1 }]);
});

// Uniqueness.

test('a member has one unique open per visitor and local day, a campaign one per visitor and UTC hour', async () => {
  const acme = await seed();
  const times = ['08:05', '08:55', '09:05', '10:00'].map((time) => ({ at: `2026-06-10T${time}:00Z` }));
  await process(userHits(acme, ...times), campaignHits(acme, ...times));
  const uniques = (await readEvents(database)).filter((e) => e.is_unique);
  expect(uniques.map((e) => [e.tracking_type, e.hit_at.toISOString().slice(11, 16)])).toEqual([
    ['user', '08:05'],
    ['campaign', '08:05'],
    ['campaign', '09:05'],
    ['campaign', '10:00'],
  ]);
});

test.each([
  {
    zone: 'America/New_York',
    why: 'the local day crosses midnight UTC',
    day: ['2026-06-09T04:00:00Z', '2026-06-10T03:59:30Z'],
    next: '2026-06-10T04:00:00Z',
  },
  {
    zone: 'America/New_York',
    why: 'clocks go forward: a day of 23 hours',
    day: ['2026-03-08T05:00:00Z', '2026-03-09T03:59:30Z'],
    next: '2026-03-09T04:00:00Z',
  },
  {
    zone: 'America/New_York',
    why: 'clocks go back: a day of 25 hours',
    day: ['2025-11-02T04:00:00Z', '2025-11-03T04:59:30Z'],
    next: '2025-11-03T05:00:00Z',
  },
  {
    zone: 'Asia/Kolkata',
    why: 'half an hour off',
    day: ['2026-06-08T18:30:00Z', '2026-06-09T18:29:30Z'],
    next: '2026-06-09T18:30:00Z',
  },
  {
    zone: 'Pacific/Auckland',
    why: 'far east',
    day: ['2026-06-08T12:00:00Z', '2026-06-09T11:59:30Z'],
    next: '2026-06-09T12:00:00Z',
  },
])(
  '$zone: a visitor is counted once in a local day and again in the next ($why), in any order',
  async ({ zone, day, next }) => {
    const [start, end] = day as [string, string];
    for (const order of [
      [start, end, next],
      [next, end, start],
      [end, next, start],
    ]) {
      const acme = await seed({ settings: { timezone: zone } });
      for (const at of order) await process(userHits(acme, { at }));
    }
    expect(await countUniques()).toBe(6);
    const together = await seed({ settings: { timezone: zone } });
    await process(userHits(together, { at: next }, { at: start }, { at: end }));
    expect(await countUniques()).toBe(8);
    expect(await readRollupDrift(database)).toEqual([]);
  },
);

test('only counted opens mark: a prefetch before the open takes nothing from it', async () => {
  const acme = await seed();
  await process(userHits(acme, { at: NOW - 60_000, by: 'applePrefetch' }, { at: NOW, by: 'iphone' }));
  expect((await readEvents(database)).map((e) => e.is_unique)).toEqual([false, true]);
});

test('without day keys a hit is stored without a visitor: no fold, not unique', async () => {
  const acme = await seed();
  await process(userHits(acme, { at: NOW, address: null }, { at: NOW + 1000, address: null }));
  expect((await readEvents(database)).map((e) => [e.is_counted, e.is_unique, e.load_count])).toEqual([
    [true, false, 1],
    [true, false, 1],
  ]);
  expect(await sql`select from visitor_seen`.execute(database.system)).toMatchObject({ rows: [] });
});

test('in aggregate mode nothing is kept of a visitor and only proxy storms fold', async () => {
  const acme = await seed({ settings: { mode: 'aggregate' } });
  const loads = [0, 1000, 2000].flatMap((ms): HitOptions[] => [
    { at: NOW + ms },
    { at: NOW + ms, by: 'gmail', address: `66.249.84.${ms}` },
  ]);
  await process(userHits(acme, ...loads));
  const events = await readEvents(database);
  expect(events.filter((e) => e.verdict === 'human')).toHaveLength(3);
  expect(events.filter((e) => e.verdict === 'proxy_open')).toMatchObject([{ load_count: 3 }]);
  expect(await countUniques()).toBe(0);
  const { rows } = await sql<{ kind: string }>`select kind from visitor_seen`.execute(database.system);
  expect(rows).toEqual([{ kind: 'load' }]);
});

test('a reader of two organizations is a stranger in each: counted in both, and no hash of theirs is the same', async () => {
  const acme = await seed();
  const globex = await seed();
  await process(userHits(acme, { at: NOW }), userHits(globex, { at: NOW }));
  expect(await countUniques()).toBe(2);
  const { rows } = await sql`select from visitor_seen a join visitor_seen b using (visitor)
    where a.organization_id <> b.organization_id`.execute(database.system);
  expect(rows).toEqual([]);
});

// Exactly once.

test('a batch with a block twice, and blocks that were processed, stores only what is new', async () => {
  const acme = await seed();
  const known = userHits(acme, { at: NOW }, { at: NOW + 1000 }, { at: NOW, by: 'bot' });
  const fresh = userHits(acme, { at: NOW + 2000 }, { at: NOW + 60_000 });
  await process(known);
  const outcome = await process(known, fresh, fresh);
  expect(outcome).toMatchObject({ blocks: 3, replayedBlocks: 2, hits: 2, events: 1, folded: 1 });
  expect((await readEvents(database)).map((e) => e.load_count)).toEqual([3, 1]);
  expect(await readDrops(database)).toEqual({ bot: 1 });
  expect(await readRollupDrift(database)).toEqual([]);
});

test('processors that share blocks, pixels and visitors store each effect once', async () => {
  const acme = await seed({ roles: ['owner', 'member', 'member'], settings: { timezone: 'Asia/Kolkata' } });
  const kinds = Object.keys(AGENTS) as (keyof typeof AGENTS)[];
  const hits = Array.from({ length: 1200 }, (_, n) => {
    const member = acme.members[n % 3] ?? acme.members[0];
    const by = kinds[n % kinds.length] ?? 'gmail';
    return {
      member,
      hit: makeHit(member.pixel, { at: NOW - ((n * 7919) % 3000) * 1000, by, address: `192.0.2.${n % 5}` }),
    };
  });
  const blocks = Array.from({ length: 60 }, (_, b) => makeBlock(hits.slice(b * 20, b * 20 + 20).map(({ hit }) => hit)));
  await Promise.all(
    [0, 20, 40].map(async (offset) => {
      const own = createBatchContext(context);
      for (let i = 0; i < blocks.length; i += 4) {
        const start = (i + offset) % blocks.length;
        await processBatch(own, blocks.slice(start, start + 6));
      }
    }),
  );
  const events = await readEvents(database);
  const drops = await readDrops(database);
  const loads = events.reduce((sum, e) => sum + e.load_count, 0);
  expect(loads + (drops.bot ?? 0) + (drops.scanner ?? 0)).toBe(1200);
  const readers = hits.filter(({ hit }) =>
    [AGENTS.outlook, AGENTS.iphone, AGENTS.thunderbird].some((a) => a === hit.userAgent),
  );
  const visitors = new Set(
    readers.map(({ member, hit }) => `${member.memberId} ${hit.userAgent} ${hit.address.today}`),
  );
  expect(events.filter((e) => e.is_unique && e.verdict === 'human')).toHaveLength(visitors.size);
  expect(await readRollupDrift(database)).toEqual([]);
});

test("one visitor is unique once, however many processors see them at once on the pixels of a member's old and new signature", async () => {
  const acme = await seed({ settings: { timezone: 'America/New_York' } });
  const [{ memberId, pixel }] = acme.members;
  const oldPixels = Array.from({ length: 3 }, (_, i) => ({ tokenHash: Buffer.alloc(32, i + 1) }));
  for (const old of oldPixels) {
    await sql`insert into signature_user_tracking (organization_id, user_id, pixel_token_hash, pixel_token_sealed, is_active, retired_at)
      values (${acme.organizationId}, ${memberId}, ${old.tokenHash}, '', false, now())`.execute(database.system);
  }
  const evening = Date.parse('2026-06-09T23:00:00Z');
  await Promise.all(
    [pixel, ...oldPixels].map(async (own, p) => {
      const ownContext = createBatchContext(context);
      for (let i = 0; i < 20; i += 1) {
        const hit = (n: number) =>
          makeHit(own, { at: evening + ((n * 37 + p * 11) % 120) * 60_000, address: `198.51.100.${(n * 7) % 40}` });
        await processBatch(ownContext, [makeBlock(Array.from({ length: 10 }, (_, k) => hit(i * 10 + k)))]);
      }
    }),
  );
  expect(await countUniques()).toBe(40);
  expect(await readRollupDrift(database)).toEqual([]);
});

// Time.

test('hits of 400 days, and of a day whose partitions were dropped long ago, find their partitions', async () => {
  const acme = await seed();
  const ages = [0, 1, 40, 200, 398];
  await process(userHits(acme, ...ages.map((days) => ({ at: NOW - days * DAY_MS }))));
  expect(await readEvents(database)).toHaveLength(5);
  expect(await readRollupDrift(database)).toEqual([]);
});

test('more rows than one statement takes are all stored', async () => {
  const acme = await seed();
  const hits = Array.from(
    { length: 2500 },
    (_, i): HitOptions => ({ at: NOW - i * 1000, address: `10.0.${i >> 8}.${i & 255}` }),
  );
  const outcome = await process(userHits(acme, ...hits));
  expect(outcome.events).toBe(2500);
  expect(await countUniques()).toBe(2500);
  expect(await readRollupDrift(database)).toEqual([]);
});

test('what is stored of a hit holds neither its agent nor its address hash', async () => {
  const acme = await seed();
  const hit = makeHit(acme.members[0].pixel, { at: NOW });
  await process(makeBlock([hit, { ...hit, hitAt: NOW + 60_000 }, { ...hit, hitAt: Number.NaN }]));
  const hashes = [hit.address.today, hit.address.yesterday].map((hash) => Buffer.from(hash ?? []).toString('hex'));
  for (const table of [
    'signature_tracking_events',
    'judgements',
    'dead_letters',
    'visitor_seen',
    'tracking_rollup_slots',
  ]) {
    const { rows } = await sql<{ text: string }>`select t::text as text from ${sql.table(table)} t`.execute(
      database.system,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { text } of rows) {
      for (const secret of [...hashes, hit.userAgent]) expect(text).not.toContain(secret);
    }
  }
});

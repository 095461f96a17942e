import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { AGENTS, type HitOptions, makeBlock, makeHit } from '../../tests/support/hits.ts';
import { campaignHits, NOW, prepareProcessing, userHits } from '../../tests/support/processing.ts';
import type { SeededOrganization, SeedOptions } from '../../tests/support/seed.ts';
import { readDrops, readEvents, readRollupDrift } from '../../tests/support/tracking.ts';
import { DAY_MS, type SpoolBlock, type ThrottledHits } from '../domain/hit.ts';
import { createBatchContext } from './batch-context.ts';
import { processBatch } from './process-batch.ts';

const processing = prepareProcessing();
const { seed, process } = processing;
const countUniques = async (): Promise<number> =>
  (await readEvents(processing.database)).filter((e) => e.is_unique).length;

test("a reader's open of a user pixel becomes one counted, unique event of the member", async () => {
  const acme = await seed();
  const outcome = await process(userHits(acme, { at: '2026-06-10T11:00:00.123Z' }));
  expect(outcome).toMatchObject({ hits: 1, events: 1, folded: 0, dropped: {}, replayedBlocks: 0 });
  expect(await readEvents(processing.database)).toMatchObject([
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
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

test('every verdict is stored and counted as the product says', async () => {
  const acme = await seed({ settings: { exclude_bots: false } });
  const at = '2026-06-10T11:00:00Z';
  const kinds = ['outlook', 'gmail', 'applePrefetch', 'scanner', 'bot', 'syncAgent'] as const;
  await process(campaignHits(acme, ...kinds.map((by, i) => ({ at: Date.parse(at) + i, by, address: `192.0.2.${i}` }))));
  const events = await readEvents(processing.database);
  expect(events.map((e) => [e.verdict, e.is_counted, e.is_proxy, e.is_bot, e.is_unique])).toEqual([
    ['human', true, false, false, true],
    ['proxy_open', true, true, false, true],
    ['prefetch', false, true, false, false],
    ['scanner', true, false, true, true],
    ['bot', true, false, true, true],
    ['unknown', false, false, false, false],
  ]);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

test('an open through a retired token is marked as coming from an old signature', async () => {
  const acme = await seed();
  await sql`update signature_user_tracking set is_active = false, retired_at = now()
    where user_id = ${acme.members[0].memberId}`.execute(processing.database.system);
  await process(userHits(acme, { at: NOW }));
  expect(await readEvents(processing.database)).toMatchObject([{ is_old_signature: true, is_counted: true }]);
});

test("a deactivated member's opens are recorded", async () => {
  const acme = await seed();
  await sql`update organization_users set deactivated_at = now() where id = ${acme.members[0].memberId}`.execute(
    processing.database.system,
  );
  await process(userHits(acme, { at: NOW }));
  expect(await readEvents(processing.database)).toHaveLength(1);
});

test("a campaign pixel's first Gmail open sets when its mail was delivered, in any order of arrival", async () => {
  const acme = await seed();
  await process(campaignHits(acme, { at: '2026-06-10T11:00:00Z', by: 'gmail' }));
  await process(campaignHits(acme, { at: '2026-06-10T10:00:00Z', by: 'gmail' }));
  await process(campaignHits(acme, { at: '2026-06-10T11:30:00Z', by: 'gmail' }, { at: '2026-06-10T09:00:00Z' }));
  const pixel = await processing.database.system
    .selectFrom('signature_tracking_pixels')
    .select('delivered_at')
    .executeTakeFirstOrThrow();
  expect(pixel.delivered_at).toEqual(new Date('2026-06-10T10:00:00Z'));
});

test('the same token on the path of the other kind of pixel is unknown', async () => {
  const acme = await seed();
  await process(userHits(acme, { at: NOW, trackingType: 'campaign' }));
  expect(await readDrops(processing.database)).toEqual({ unknown_token: 1 });
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
    expect(await readDrops(processing.database)).toEqual({ [row.reason]: row.hits });
    expect(await readEvents(processing.database)).toEqual([]);
    expect(await sql`select from visitor_seen`.execute(processing.database.system)).toMatchObject({ rows: [] });
  },
);

test("a campaign's status is that of the time of the hit, whenever it arrives", async () => {
  const acme = await seed({ campaignStatus: 'completed' });
  await sql`delete from signature_campaign_statuses`.execute(processing.database.system);
  await sql`insert into signature_campaign_statuses (organization_id, campaign_id, status, began_at, ended_at) values
    (${acme.organizationId}, ${acme.campaign.campaignId}, 'active', '2026-06-01', '2026-06-02'),
    (${acme.organizationId}, ${acme.campaign.campaignId}, 'completed', '2026-06-02', null)`.execute(
    processing.database.system,
  );
  const times = [
    '2026-05-31T23:59:59.999Z',
    '2026-06-01T00:00:00Z',
    '2026-06-01T23:59:59.999Z',
    '2026-06-02T00:00:00Z',
  ];
  await process(campaignHits(acme, ...times.map((at, i) => ({ at, address: `192.0.2.${i}` }))));
  expect((await readEvents(processing.database)).map((e) => e.hit_at.toISOString())).toEqual([
    '2026-06-01T00:00:00.000Z',
    '2026-06-01T23:59:59.999Z',
  ]);
  expect(await readDrops(processing.database)).toEqual({ campaign_inactive: 2 });
});

// Exactly once.

test('a batch with a block twice, and blocks that were processed, stores only what is new', async () => {
  const acme = await seed();
  const known = userHits(acme, { at: NOW }, { at: NOW + 1000 }, { at: NOW, by: 'bot' });
  const fresh = userHits(acme, { at: NOW + 2000 }, { at: NOW + 60_000 });
  await process(known);
  const outcome = await process(known, fresh, fresh);
  expect(outcome).toMatchObject({ blocks: 3, replayedBlocks: 2, hits: 2, events: 1, folded: 1 });
  expect((await readEvents(processing.database)).map((e) => e.load_count)).toEqual([3, 1]);
  expect(await readDrops(processing.database)).toEqual({ bot: 1 });
  expect(await readRollupDrift(processing.database)).toEqual([]);
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
      const own = createBatchContext(processing.context);
      for (let i = 0; i < blocks.length; i += 4) {
        const start = (i + offset) % blocks.length;
        await processBatch(own, blocks.slice(start, start + 6));
      }
    }),
  );
  const events = await readEvents(processing.database);
  const drops = await readDrops(processing.database);
  const loads = events.reduce((sum, e) => sum + e.load_count, 0);
  expect(loads + (drops.bot ?? 0) + (drops.scanner ?? 0)).toBe(1200);
  const readers = hits.filter(({ hit }) =>
    [AGENTS.outlook, AGENTS.iphone, AGENTS.thunderbird].some((a) => a === hit.userAgent),
  );
  const visitors = new Set(
    readers.map(({ member, hit }) => `${member.memberId} ${hit.userAgent} ${hit.address.today}`),
  );
  expect(events.filter((e) => e.is_unique && e.verdict === 'human')).toHaveLength(visitors.size);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

// Records that nobody could have written.

test.each<{ what: string; damage: Record<string, unknown>; error: RegExp }>([
  { what: 'no agent', damage: { userAgent: null }, error: /^TypeError / },
  { what: 'no time', damage: { hitAt: Number.NaN }, error: /whole number/ },
  { what: 'a time two days ahead', damage: { hitAt: NOW + 2 * DAY_MS }, error: /in the future/ },
  { what: 'a time 401 days ago', damage: { hitAt: NOW - 401 * DAY_MS }, error: /too far in the past/ },
  { what: 'half a token hash', damage: { tokenHash: Buffer.alloc(16) }, error: /token hash/ },
  { what: 'an unknown kind of pixel', damage: { trackingType: 'other' }, error: /tracking type/ },
  { what: 'no address', damage: { address: null }, error: /^TypeError / },
])('a record with $what becomes a dead letter and its neighbours are stored', async ({ damage, error }) => {
  const acme = await seed();
  const good = makeHit(acme.members[0].pixel, { at: NOW });
  const block = makeBlock([good, { ...good, ...damage } as typeof good, { ...good, hitAt: NOW + 60_000 }]);
  const outcome = await process(block);
  await process(block);
  expect(outcome).toMatchObject({ hits: 3, events: 2, dropped: { unreadable: 1 } });
  const letters = await processing.database.system.selectFrom('dead_letters').selectAll().execute();
  expect(letters).toMatchObject([{ record_index: 1, error: expect.stringMatching(error) }]);
  expect(letters[0]?.error).not.toContain(good.userAgent);
  expect(await readDrops(processing.database)).toEqual({ unreadable: 1 });
});

// Time.

test('hits of 400 days, and of a day whose partitions were dropped long ago, find their partitions', async () => {
  const acme = await seed();
  const ages = [0, 1, 40, 200, 398];
  await process(userHits(acme, ...ages.map((days) => ({ at: NOW - days * DAY_MS }))));
  expect(await readEvents(processing.database)).toHaveLength(5);
  expect(await readRollupDrift(processing.database)).toEqual([]);
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
  expect(await readRollupDrift(processing.database)).toEqual([]);
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
    'visitor_claims',
    'tracking_rollup_slots',
  ]) {
    const { rows } = await sql<{ text: string }>`select t::text as text from ${sql.table(table)} t`.execute(
      processing.database.system,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { text } of rows) {
      for (const secret of [...hashes, hit.userAgent]) expect(text).not.toContain(secret);
    }
  }
});

test("Gmail's agent from elsewhere is believed once the list of Google's addresses is too old to accuse anybody", async () => {
  const acme = await seed({ settings: { exclude_bots: false } });
  const spoofed = (at: number): SpoolBlock =>
    makeBlock([{ ...makeHit(acme.members[0].pixel, { at, by: 'gmail' }), networkClass: 'cloud' }]);
  for (const [i, age] of [3, null, 91].entries()) {
    const own = createBatchContext({ ...processing.context, networksAgeDays: () => age });
    await processBatch(own, [spoofed(NOW + i * 60_000)]);
  }
  expect((await readEvents(processing.database)).map((e) => e.verdict)).toEqual(['bot', 'bot', 'proxy_open']);
});

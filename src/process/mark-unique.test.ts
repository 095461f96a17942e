import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { type HitOptions, makeBlock, makeHit } from '../../tests/support/hits.ts';
import { campaignHits, NOW, prepareProcessing, userHits } from '../../tests/support/processing.ts';
import { readEvents, readRollupDrift } from '../../tests/support/tracking.ts';
import { createBatchContext } from './batch-context.ts';
import { processBatch } from './process-batch.ts';

const processing = prepareProcessing();
const { seed, process } = processing;
const countUniques = async (): Promise<number> =>
  (await readEvents(processing.database)).filter((e) => e.is_unique).length;

test('a member has one unique open per visitor and local day, a campaign one per visitor and UTC hour', async () => {
  const acme = await seed();
  const times = ['08:05', '08:55', '09:05', '10:00'].map((time) => ({ at: `2026-06-10T${time}:00Z` }));
  await process(userHits(acme, ...times), campaignHits(acme, ...times));
  const uniques = (await readEvents(processing.database)).filter((e) => e.is_unique);
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
    expect(await readRollupDrift(processing.database)).toEqual([]);
  },
);

test('only counted opens mark: a prefetch before the open takes nothing from it', async () => {
  const acme = await seed();
  await process(userHits(acme, { at: NOW - 60_000, by: 'applePrefetch' }, { at: NOW, by: 'iphone' }));
  expect((await readEvents(processing.database)).map((e) => e.is_unique)).toEqual([false, true]);
});

test('without day keys a hit is stored without a visitor: no fold, not unique', async () => {
  const acme = await seed();
  await process(userHits(acme, { at: NOW, address: null }, { at: NOW + 1000, address: null }));
  expect((await readEvents(processing.database)).map((e) => [e.is_counted, e.is_unique, e.load_count])).toEqual([
    [true, false, 1],
    [true, false, 1],
  ]);
  for (const table of ['visitor_seen', 'visitor_claims'])
    expect(await sql`select from ${sql.table(table)}`.execute(processing.database.system)).toMatchObject({ rows: [] });
});

test('in aggregate mode nothing is kept of a visitor and only proxy storms fold', async () => {
  const acme = await seed({ settings: { mode: 'aggregate' } });
  const loads = [0, 1000, 2000].flatMap((ms): HitOptions[] => [
    { at: NOW + ms },
    { at: NOW + ms, by: 'gmail', address: `66.249.84.${ms}` },
  ]);
  await process(userHits(acme, ...loads));
  const events = await readEvents(processing.database);
  expect(events.filter((e) => e.verdict === 'human')).toHaveLength(3);
  expect(events.filter((e) => e.verdict === 'proxy_open')).toMatchObject([{ load_count: 3 }]);
  expect(await countUniques()).toBe(0);
  const { rows } = await sql<{ kind: string }>`select kind from visitor_seen`.execute(processing.database.system);
  expect(rows).toEqual([{ kind: 'load' }]);
  expect(await sql`select from visitor_claims`.execute(processing.database.system)).toMatchObject({ rows: [] });
});

test('a reader of two organizations is a stranger in each: counted in both, and no hash of theirs is the same', async () => {
  const acme = await seed();
  const globex = await seed();
  await process(userHits(acme, { at: NOW }), userHits(globex, { at: NOW }));
  expect(await countUniques()).toBe(2);
  const { rows } = await sql`select from visitor_seen a join visitor_seen b using (visitor)
    where a.organization_id <> b.organization_id
    union all select from visitor_claims a join visitor_claims b using (claim)
    where a.organization_id <> b.organization_id`.execute(processing.database.system);
  expect(rows).toEqual([]);
});

test("one visitor is unique once, however many processors see them at once on the pixels of a member's old and new signature", async () => {
  const acme = await seed({ settings: { timezone: 'America/New_York' } });
  const [{ memberId, pixel }] = acme.members;
  const oldPixels = Array.from({ length: 3 }, (_, i) => ({ tokenHash: Buffer.alloc(32, i + 1) }));
  for (const old of oldPixels) {
    await sql`insert into signature_user_tracking (organization_id, user_id, pixel_token_hash, pixel_token_sealed, is_active, retired_at)
      values (${acme.organizationId}, ${memberId}, ${old.tokenHash}, '', false, now())`.execute(
      processing.database.system,
    );
  }
  const evening = Date.parse('2026-06-09T23:00:00Z');
  await Promise.all(
    [pixel, ...oldPixels].map(async (own, p) => {
      const ownContext = createBatchContext(processing.context);
      for (let i = 0; i < 20; i += 1) {
        const hit = (n: number) =>
          makeHit(own, { at: evening + ((n * 37 + p * 11) % 120) * 60_000, address: `198.51.100.${(n * 7) % 40}` });
        await processBatch(ownContext, [makeBlock(Array.from({ length: 10 }, (_, k) => hit(i * 10 + k)))]);
      }
    }),
  );
  expect(await countUniques()).toBe(40);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

test('a campaign has one unique open per visitor and UTC hour, exactly, with four processors at once and over the change of keys at midnight', async () => {
  const acme = await seed({ settings: { timezone: 'Asia/Kolkata' } });
  const { campaign, members, organizationId } = acme;
  const oldPixels = Array.from({ length: 3 }, (_, i) => ({ tokenHash: Buffer.alloc(32, i + 11) }));
  for (const old of oldPixels)
    await sql`insert into signature_tracking_pixels (organization_id, campaign_id, user_id, pixel_token_hash, pixel_token_sealed, is_active, retired_at)
      values (${organizationId}, ${campaign.campaignId}, ${members[0].memberId}, ${old.tokenHash}, '', false, now())`.execute(
      processing.database.system,
    );
  const evening = Date.parse('2026-06-09T22:00:00Z');
  const lanes = [campaign.pixel, ...oldPixels].map((pixel, lane) =>
    Array.from({ length: 240 }, (_, n) => {
      // Whole minutes of four hours in no order, so that no two loads of one reader are within a storm of each other.
      const at = evening + ((n * 97 + lane * 31) % 240) * 60_000;
      const address = `198.51.100.${(n * 13 + lane) % 30}`;
      return { at, address, hit: makeHit(pixel, { at, address, trackingType: 'campaign' }) };
    }),
  );
  await Promise.all(
    lanes.map(async (loads) => {
      const ownContext = createBatchContext(processing.context);
      for (let next = 0; next < loads.length; next += 12)
        await processBatch(ownContext, [makeBlock(loads.slice(next, next + 12).map(({ hit }) => hit))]);
    }),
  );
  const expected = new Set(lanes.flat().map(({ at, address }) => `${address} ${Math.floor(at / 3_600_000)}`)).size;
  const events = await readEvents(processing.database);
  expect(events).toHaveLength(960);
  expect(expected).toBeGreaterThan(100);
  expect(events.filter((event) => event.is_unique)).toHaveLength(expected);
  const hours = new Set(events.filter((event) => event.is_unique).map((event) => event.hit_at.getUTCHours()));
  expect([...hours].sort((a, b) => a - b)).toEqual([0, 1, 22, 23]);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { type HitOptions, makeBlock, makeHit } from '../../../tests/support/hits.ts';
import { campaignHits, NOW, prepareProcessing, userHits } from '../../../tests/support/processing.ts';
import type { SeededOrganization } from '../../../tests/support/seed.ts';
import { readSignals } from '../../../tests/support/signals.ts';
import { withTenant } from '../../db/with-tenant.ts';
import { DAY_MS } from '../../domain/hit.ts';
import { addMute } from '../../signals/mutes.ts';
import { createBatchContext } from '../batch-context.ts';
import { processBatch } from '../process-batch.ts';

const MINUTE = 60_000;
const AT = NOW - 20 * MINUTE;
const processing = prepareProcessing();
const { seed, process } = processing;
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

const stands = async () => (await readSignals(processing.database)).map(({ rule, raisedAt }) => [rule, raisedAt - AT]);
const minutes = (...at: number[]): HitOptions[] =>
  at.map((minute, index) => ({ at: AT + minute * MINUTE, address: `192.0.2.${(index % 2) + 1}` }));

describe('hot', () => {
  test("is three counted opens of a deal's pixel within five minutes, whoever's; a fourth in the cooldown makes none", async () => {
    const acme = await seed({ isDeal: true });
    const [first, second, third, fourth] = minutes(0, 1, 5, 6) as [HitOptions, HitOptions, HitOptions, HitOptions];
    await process(campaignHits(acme, first, { ...second, by: 'gmail' }));
    expect(await stands()).toEqual([]);
    await process(campaignHits(acme, { ...third, by: 'iphone' }));
    const [signal] = await readSignals(processing.database);
    expect(signal).toMatchObject({
      rule: 'hot',
      level: 'hot',
      raisedAt: AT + 5 * MINUTE,
      fadesAt: AT + 35 * MINUTE,
      sentence: 'Opened 3 times in 5 minutes, last on a phone',
      device: 'mobile',
      silencedFor: null,
    });
    await process(campaignHits(acme, { ...fourth, by: 'gmail' }));
    expect(await stands()).toEqual([['hot', 5 * MINUTE]]);
  });

  test('is none when the third open is a second too late', async () => {
    const acme = await seed({ isDeal: true });
    await process(campaignHits(acme, ...minutes(0, 1), { at: AT + 5 * MINUTE + 1, address: '192.0.2.1' }));
    expect(await stands()).toEqual([]);
  });

  test('in a campaign that is no deal takes three opens of one reader, also across midnight', async () => {
    const acme = await seed();
    const spread = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address, i) => ({ at: AT + i * MINUTE, address }));
    await process(campaignHits(acme, ...spread, ...spread.map((hit) => ({ ...hit, by: 'gmail' as const }))));
    expect(await stands()).toEqual([]);
    const midnight = Date.parse('2026-06-10T00:00:00Z');
    for (const minute of [-2, -1, 1]) await process(campaignHits(acme, { at: midnight + minute * MINUTE }));
    expect((await readSignals(processing.database)).map(({ sentence }) => sentence)).toEqual([
      'Opened 3 times in 5 minutes, by one reader, last on a computer',
    ]);
  });

  test('is never made of low-confidence opens alone, and says how many are unsure when there are others', async () => {
    const acme = await seed({ isDeal: true });
    const cloud = (minute: number) => ({
      ...makeHit(acme.campaign.pixel, { at: AT + minute * MINUTE, trackingType: 'campaign' }),
      userAgent: CHROME,
      networkClass: 'cloud' as const,
    });
    await process(makeBlock([cloud(0), cloud(1), cloud(2)]));
    expect(await stands()).toEqual([]);
    await process(campaignHits(acme, { at: AT + 3 * MINUTE }));
    expect(await readSignals(processing.database)).toMatchObject([
      { rule: 'hot', level: 'hot', confidence: 'low', sentence: expect.stringContaining('3 of them may be a machine') },
    ]);
  });
});

test('the third or later open on a phone is back on mobile, unless a hot signal said so', async () => {
  const acme = await seed({ isDeal: true });
  await process(campaignHits(acme, { at: AT - 600 * MINUTE }, { at: AT - 300 * MINUTE }));
  await process(campaignHits(acme, { at: AT, by: 'iphone' }));
  expect(await readSignals(processing.database)).toMatchObject([
    { rule: 'back_on_mobile', level: 'warm', sentence: 'Opened for the 3rd time, last on a phone' },
  ]);
});

test('a first open after seven quiet days is revived, a first open ever is not', async () => {
  const acme = await seed({ isDeal: true });
  await process(campaignHits(acme, { at: NOW - 9 * DAY_MS, by: 'gmail' }));
  await process(campaignHits(acme, { at: AT, by: 'gmail' }));
  expect(await readSignals(processing.database)).toMatchObject([
    { rule: 'revived', raisedAt: AT, sentence: 'First open after 8 quiet days' },
  ]);
});

test('three readers of one deal within a day are spreading, mail proxies are nobody', async () => {
  const acme = await seed({ isDeal: true });
  const readers = [1, 2, 3].map((n) => ({ at: AT - (4 - n) * 60 * MINUTE, address: `192.0.2.${n}` }));
  await process(campaignHits(acme, ...readers.slice(0, 2), { at: AT, by: 'gmail' }));
  expect(await stands()).toEqual([]);
  await process(campaignHits(acme, ...readers.slice(2)));
  expect(await readSignals(processing.database)).toMatchObject([
    { rule: 'spreading', level: 'hot', sentence: '3 different readers within 24 hours' },
  ]);
});

test("a member's own pixel is unusual far above what its hour of the week has, and needs four weeks to know", async () => {
  const acme = await seed({ settings: { timezone: 'Asia/Kolkata' } });
  const hour = Date.parse('2026-06-10T11:30:00Z');
  const storm = (count: number) =>
    userHits(acme, ...Array.from({ length: count }, (_, i) => ({ at: hour + i * MINUTE, address: `192.0.2.${i}` })));
  for (const week of [1, 2, 3, 4]) {
    const at = hour - week * 7 * DAY_MS;
    await process(userHits(acme, ...[0, 1, 2, 3].map((i) => ({ at: at + i * MINUTE, address: `198.51.100.${i}` }))));
  }
  await process(storm(11));
  expect(await stands()).toEqual([]);
  await process(storm(12));
  expect(await readSignals(processing.database)).toMatchObject([
    { rule: 'unusual', level: 'warm', campaignId: null, sentence: '12 opens this hour, usually about 2' },
  ]);
  const fresh = await seed({ since: new Date(NOW - 20 * DAY_MS) });
  await process(
    userHits(fresh, ...Array.from({ length: 30 }, (_, i) => ({ at: hour + i * MINUTE, address: `192.0.2.${i}` }))),
  );
  expect(await readSignals(processing.database)).toHaveLength(1);
});

test('prefetches, scanners, bots, sync agents and own devices raise nothing, also where machines are kept and counted', async () => {
  const acme = await seed({ isDeal: true, settings: { exclude_bots: false } });
  const kinds = ['applePrefetch', 'gmailPrefetch', 'scanner', 'bot', 'syncAgent'] as const;
  await process(campaignHits(acme, ...kinds.flatMap((by) => minutes(0, 1, 2, 3).map((hit) => ({ ...hit, by })))));
  expect(await stands()).toEqual([]);
});

test.each(['aggregate', 'off'] as const)('in mode %s there are no signals, whoever set it', async (mode) => {
  const hits = (acme: SeededOrganization) => campaignHits(acme, ...minutes(0, 1, 2));
  await process(hits(await seed({ isDeal: true, settings: { mode } })));
  const mine = await seed({ isDeal: true });
  await sql`update organization_users set tracking_mode = ${mode} where id = ${mine.members[0].memberId}`.execute(
    processing.database.system,
  );
  await process(hits(mine));
  expect(await stands()).toEqual([]);
});

test('a block that comes again raises nothing again', async () => {
  const acme = await seed({ isDeal: true });
  const block = campaignHits(acme, ...minutes(0, 1, 2));
  for (let i = 0; i < 3; i += 1) await process(block);
  expect(await stands()).toEqual([['hot', 2 * MINUTE]]);
});

test('hits that come late put the signal where it belongs, as the same one', async () => {
  const acme = await seed({ isDeal: true });
  await process(campaignHits(acme, ...minutes(2, 3, 4)));
  const [before] = await readSignals(processing.database);
  await process(campaignHits(acme, ...minutes(0, 1)));
  expect(await readSignals(processing.database)).toMatchObject([{ id: before?.id, raisedAt: AT + 2 * MINUTE }]);
});

test('what had faded before its hits arrived, and what the member muted, is kept and told to nobody', async () => {
  const acme = await seed({ isDeal: true });
  await process(campaignHits(acme, ...minutes(-60, -59, -58)));
  await withTenant(processing.database, acme.organizationId, (trx) =>
    addMute(trx, {
      organizationId: acme.organizationId,
      memberId: acme.members[0].memberId,
      campaignId: acme.campaign.campaignId,
      rule: null,
      now: NOW,
    }),
  );
  await process(campaignHits(acme, ...minutes(0, 1, 2)));
  expect((await readSignals(processing.database)).map(({ silencedFor }) => silencedFor)).toEqual(['faded', 'muted']);
});

test('a burst found late withdraws the signals of its opens, also of pixels that its last batch does not touch', async () => {
  const acme = await seed({ isDeal: true, roles: ['owner', 'member', 'member', 'member', 'member'] });
  const google = { userAgent: CHROME, networkClass: 'google' as const };
  const burst = (i: number) => ({
    ...makeHit(acme.members[i]?.pixel ?? acme.campaign.pixel, { at: AT + 2 * MINUTE + i }),
    ...google,
  });
  const onDeal = { ...makeHit(acme.campaign.pixel, { at: AT + 2 * MINUTE, trackingType: 'campaign' }), ...google };
  await process(campaignHits(acme, { at: AT }, { at: AT + MINUTE }));
  expect((await process(makeBlock([onDeal]))).signals).toEqual([{ rule: 'hot', raised: 1, withdrawn: 0 }]);
  expect(await stands()).toEqual([['hot', 2 * MINUTE]]);
  await process(makeBlock([burst(1), burst(2), burst(3)]));
  expect(await stands()).toHaveLength(1);
  const outcome = await process(makeBlock([burst(4)]));
  expect(outcome.withdrawnEventIds).toHaveLength(4);
  expect(outcome.signals).toEqual([{ rule: 'hot', raised: 0, withdrawn: 1 }]);
  expect(await stands()).toEqual([]);
});

test('two processors with one open each of three raise one signal', async () => {
  const acme = await seed({ isDeal: true });
  const contexts = [0, 1].map(() => createBatchContext({ databases: processing.database, clock: { now: () => NOW } }));
  await process(campaignHits(acme, ...minutes(0)));
  await Promise.all(
    contexts.map((context, i) =>
      processBatch(context, [campaignHits(acme, { at: AT + i * MINUTE + 1, address: `192.0.2.${i + 5}` })]),
    ),
  );
  expect((await stands()).filter(([rule]) => rule === 'hot')).toEqual([['hot', MINUTE + 1]]);
});

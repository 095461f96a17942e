import { afterEach, expect, test, vi } from 'vitest';
import { AGENTS, makeHit } from '../../tests/support/hits.ts';
import { NOW, prepareProcessing } from '../../tests/support/processing.ts';
import type { SeededOrganization, SeededPixel } from '../../tests/support/seed.ts';
import { readDrops, readEvents, readRollupDrift } from '../../tests/support/tracking.ts';
import type { Hit } from '../domain/hit.ts';
import { NETWORK_CLASSES, type NetworkClass } from '../domain/network-class.ts';
import { silentLog } from '../kit/log.ts';
import { createMetrics } from '../kit/metrics.ts';
import { createMemorySpool } from '../spool/memory/memory-spool.ts';
import { createProcessMetrics } from './process-metrics.ts';
import { type Processor, startProcessor } from './run-processor.ts';

// What the product promises of a signal, from the spool to the figures.

const processing = prepareProcessing();
const clock = { now: () => NOW };
let processor: Processor | null = null;
afterEach(async () => {
  await processor?.stop();
  processor = null;
});

/** Sends the hits through a spool and a processor of small batches; `ageDays` is that of Google's list. */
async function run(hits: readonly Hit[], ageDays: number | null = 3): Promise<void> {
  const spool = createMemorySpool({ clock });
  const { database: databases } = processing;
  const running = startProcessor({
    spool,
    databases,
    log: silentLog,
    clock,
    metrics: createProcessMetrics(createMetrics(), () => 0),
    networksAgeDays: () => ageDays,
    batchHitsMax: 100,
  });
  processor = running;
  for (const hit of hits) spool.append(hit);
  await vi.waitFor(() => expect(running.figures().hits).toBe(hits.length), { timeout: 15_000, interval: 5 });
  await running.stop();
  await spool.close();
}

const opens = async () => (await readEvents(processing.database)).filter((event) => event.is_counted);
const from = (pixel: SeededPixel, networkClass: NetworkClass, hit: Parameters<typeof makeHit>[1]): Hit => ({
  ...makeHit(pixel, hit),
  networkClass,
});

test("Apple's prefetch never counts, whatever its network, its pixel and the organization's settings", async () => {
  for (const exclude_bots of [true, false]) {
    const acme = await processing.seed({ settings: { exclude_bots } });
    await run(
      NETWORK_CLASSES.flatMap((network, i) => [
        from(acme.members[0].pixel, network, { at: NOW - i * 60_000, by: 'applePrefetch', address: `192.0.2.${i}` }),
        from(acme.campaign.pixel, network, {
          at: NOW - i * 60_000,
          by: 'applePrefetch',
          address: `192.0.2.${i}`,
          trackingType: 'campaign',
        }),
      ]),
    );
  }
  const events = await readEvents(processing.database);
  expect(events).toHaveLength(NETWORK_CLASSES.length * 4);
  expect(events.filter((event) => event.verdict !== 'prefetch' || event.is_counted || event.is_unique)).toEqual([]);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

test('a reader in Gmail always counts: from its pool, from Google, without an address, and when the list is old', async () => {
  const acme = await processing.seed();
  const pixel = acme.members[0].pixel;
  const read = (network: NetworkClass, minute: number) =>
    from(pixel, network, { at: NOW - minute * 60_000, by: 'gmail', address: `192.0.2.${minute}` });
  await run([read('google_proxy', 0), read('google', 1), read('unknown', 2), read('private', 3)]);
  await run([read('cloud', 4), read('eyeball', 5)], 91);
  expect((await opens()).map((event) => event.verdict)).toEqual(Array(6).fill('proxy_open'));
  expect(await readDrops(processing.database)).toEqual({});
});

test("five readers in Gmail who open at once are five opens: a mail proxy's pool is no scanner", async () => {
  const acme = await processing.seed({ roles: ['owner', 'member', 'member', 'member', 'member', 'member'] });
  await run(
    acme.members.map(({ pixel }, i) =>
      from(pixel, i % 2 === 0 ? 'google_proxy' : 'google', { at: NOW + i * 100, by: 'gmail', address: '192.0.2.1' }),
    ),
  );
  expect(await opens()).toHaveLength(6);
});

test("one Gmail image, loaded 500 times in 3 s from 40 addresses of Google's pool, is one open", async () => {
  const acme = await processing.seed();
  await run(
    Array.from({ length: 500 }, (_, i) =>
      makeHit(acme.members[0].pixel, { at: NOW + i * 6, by: 'gmail', address: `192.0.2.${(i * 7) % 40}` }),
    ),
  );
  expect(await readEvents(processing.database)).toMatchObject([
    { verdict: 'proxy_open', is_counted: true, is_unique: true, load_count: 500 },
  ]);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

const signed = (acme: SeededOrganization, networkClass: NetworkClass): Hit[] =>
  acme.members.map(({ pixel }, i) => ({
    ...makeHit(pixel, { at: NOW + i * 40, address: '203.0.113.50' }),
    networkClass,
    userAgent: networkClass === 'eyeball' ? AGENTS.thunderbird : AGENTS.outlook,
  }));

test.each<NetworkClass>(['eyeball', 'cloud'])(
  'a thread signed by three colleagues and opened once from %s is three opens and no burst',
  async (network) => {
    await run(signed(await processing.seed({ roles: ['owner', 'admin', 'member'] }), network));
    const events = await opens();
    expect(events.map((event) => [event.verdict, event.is_unique])).toEqual(Array(3).fill(['human', true]));
    expect(new Set(events.map((event) => event.user_id)).size).toBe(3);
  },
);

test('a scanner that walks through a thread of six is no open, in batches of one hit each', async () => {
  const acme = await processing.seed({ roles: ['owner', 'admin', 'member', 'member', 'member', 'member'] });
  for (const hit of signed(acme, 'cloud')) await run([hit]);
  expect(await readEvents(processing.database)).toEqual([]);
  expect(await readDrops(processing.database)).toEqual({ scanner: 6 });
});

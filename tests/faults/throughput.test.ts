import { expect, test } from 'vitest';
import { type HeldCpu, holdCpu } from '../support/hold-cpu.ts';
import { startInstallation } from '../support/installation.ts';
import { checkLoad } from '../support/numbered-pixels.ts';
import { startPixelLoad } from '../support/pixel-load.ts';
import { type RunningServer, waitFor } from '../support/running-server.ts';
import type { TestDatabase } from '../support/test-database.ts';

// What one, two and three processors store in a second while each process has a fifth of a core, so that two cores have
// room for all of them. Hits wait on the collector's disk while Redis is away, and all processors begin at once.

const IS_LONG = process.env.FAULTS === 'long';
const SHARE = 0.2;
const WARM_HITS = 3_000;
const HITS = 15_000;
const PER_SECOND = 3_000;
/** Of what twice and three times the processors could bring at best. */
const GAIN_LEAST = 0.6;

test.runIf(IS_LONG)(
  'throughput grows with processors',
  async () => {
    const rates: number[] = [];
    for (const processors of [1, 2, 3]) rates.push(await measure(processors));
    const [one = 0, two = 0, three = 0] = rates;
    const toText = (rate: number) => `${Math.round(rate)}/s (${(rate / one).toFixed(2)})`;
    process.stderr.write(
      `throughput by processors, each process held to ${SHARE} of a core: ${rates.map(toText).join(', ')}\n`,
    );
    expect(two).toBeGreaterThan(one * 2 * GAIN_LEAST);
    expect(three).toBeGreaterThan(one * 3 * GAIN_LEAST);
  },
  900_000,
);

async function measure(count: number): Promise<number> {
  const installation = await startInstallation({ pixels: WARM_HITS * count + HITS + 20_000 });
  const held: HeldCpu[] = [];
  try {
    const collector = await installation.start(['collect']);
    const processors: RunningServer[] = [];
    for (let place = 0; place < count; place += 1) processors.push(await installation.start(['process']));
    const { database, redis } = installation;
    const load = await loadHits(collector, 1, WARM_HITS * count);
    await waitFor(
      async () => (await countEvents(database)) >= load.answered.size,
      'the processors to be warm',
      120_000,
    );
    await redis.kill();
    const measured = await loadHits(collector, load.sent + 1, HITS);
    for (const server of [collector, ...processors]) held.push(holdCpu(server.pid, SHARE));
    const from = await countEvents(database);
    await redis.start();
    const rate = await watch(database, from, measured.answered.size);
    const report = await checkLoad(
      `${count} processors, ${SHARE} core each, by ${held[0]?.by}`,
      database.ownerUrl,
      measured,
    );
    expect(report.lost).toEqual([]);
    expect(report.doubled).toEqual([]);
    return rate;
  } finally {
    await installation.close();
    // Only a group without processes can be removed.
    for (const one of held) one.release();
  }
}

async function loadHits(collector: RunningServer, first: number, count: number) {
  const load = startPixelLoad({ urls: () => [collector.url], perSecond: PER_SECOND, first });
  await waitFor(async () => load.sent >= count, `${count} hits`, 120_000);
  await load.stop();
  return load;
}

/** Hits a second, from a tenth to nine tenths of what waits: neither the start nor the last batches count. */
async function watch(database: TestDatabase, from: number, waiting: number): Promise<number> {
  const seen: { readonly stored: number; readonly at: number }[] = [];
  await waitFor(
    async () => {
      const stored = (await countEvents(database)) - from;
      seen.push({ stored, at: performance.now() });
      return stored >= waiting;
    },
    'all to be stored',
    300_000,
  );
  const begin = seen.find(({ stored }) => stored >= waiting * 0.1);
  const end = seen.find(({ stored }) => stored >= waiting * 0.9);
  if (begin === undefined || end === undefined || end.at === begin.at) throw new Error('too fast to be measured');
  return ((end.stored - begin.stored) / (end.at - begin.at)) * 1_000;
}

async function countEvents({ system }: TestDatabase): Promise<number> {
  const { count } = await system
    .selectFrom('signature_tracking_events')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

import { createHmac } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startRedis, type TestRedis } from '../../tests/support/redis.ts';
import { waitFor } from '../../tests/support/running-server.ts';
import {
  CAMPAIGN_PIXEL,
  DAY,
  from,
  KEYS,
  startCollector,
  type TestCollector,
  USER_PIXEL,
} from '../../tests/support/test-collector.ts';
import { silentLog } from '../kit/log.ts';
import { shareLimits } from './share-limits.ts';

// Collectors of one installation, each with a server of its own, on a real Redis.

let redis: TestRedis;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await redis.start();
  await ask((client) => client.flushall());
});
afterAll(() => redis.stop());

const limitsKey = Buffer.alloc(32, 7);

async function startSharing(changes: Parameters<typeof startCollector>[0] = {}): Promise<TestCollector> {
  const started = await startCollector({ limitsKey, ...changes });
  const sharing = shareLimits({
    url: redis.url,
    counts: started.collector.limitCounts,
    log: silentLog,
    metrics: started.metrics,
  });
  closers.push(() => sharing.stop());
  return started;
}

async function ask<T>(question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(redis.url);
  try {
    return await question(client);
  } finally {
    client.disconnect();
  }
}

async function readExchanges({ metrics }: TestCollector): Promise<number> {
  const metric = await metrics.getSingleMetric('mailtracker_collect_limit_exchanges_total')?.get();
  return metric?.values.find(({ labels }) => labels.result === 'done')?.value ?? 0;
}

let readers = 0;

/** One load of the pixel by a reader who is new; its outcome is among the collector's. */
async function load({ send }: TestCollector, pixel = CAMPAIGN_PIXEL): Promise<void> {
  readers += 1;
  await send(`GET ${pixel}`, from(`198.51.${100 + (readers >> 8)}.${readers & 255}`));
}

/** Until what was let in is told: one exchange that carried something after it. */
async function loadAndTell(collector: TestCollector, times: number, pixel = CAMPAIGN_PIXEL): Promise<void> {
  const before = await readExchanges(collector);
  const { recorded = 0 } = await collector.readOutcomes();
  for (let sent = 0; sent < times; sent += 1) await load(collector, pixel);
  if ((await collector.readOutcomes()).recorded === recorded) return;
  await waitFor(async () => (await readExchanges(collector)) > before, 'an exchange');
  await waitFor(() => isAllTold(collector), 'everything to be told');
}

async function isAllTold({ collector }: TestCollector): Promise<boolean> {
  return [...collector.limitCounts.values()].every((counts) => counts.untoldCells === 0);
}

test('what one collector lets in counts at the others, for a pixel and for an address', async () => {
  const limits = { pixelPerMinute: 10, addressPerMinute: 5 };
  const [one, other] = [await startSharing({ limits }), await startSharing({ limits })];
  await loadAndTell(one, 10);
  // Its first load here asks for the sum; the next one knows it.
  await loadAndTell(other, 1);
  await load(other);
  expect(await other.readOutcomes()).toEqual({ recorded: 1, throttled_pixel: 1 });

  const byAddress = async (collector: TestCollector, count: number) => {
    for (let sent = 0; sent < count; sent += 1) {
      readers += 1;
      const pixel = `/api/t/p/${String(readers).padStart(24, 'a')}.gif`;
      await collector.send(`GET ${pixel}`, from('203.0.113.9'));
    }
    await waitFor(() => isAllTold(collector), 'everything to be told');
  };
  await byAddress(one, 5);
  await byAddress(other, 1);
  await waitFor(async () => (await readExchanges(other)) >= 2, 'the sums');
  await byAddress(other, 1);
  expect(await other.readOutcomes()).toMatchObject({ throttled_client_ip: 1 });
});

test('a limit lets in too many by no more than what each collector lets in between two exchanges', async () => {
  const limits = { pixelPerMinute: 6, addressPerMinute: 100_000 };
  const collectors = [await startSharing({ limits }), await startSharing({ limits })];
  const between = 4;
  for (let turn = 0; turn < 60 / between; turn += 1)
    await Promise.all(collectors.map((collector) => loadAndTell(collector, between, USER_PIXEL)));
  const outcomes = await Promise.all(collectors.map((collector) => collector.readOutcomes()));
  const recorded = outcomes.reduce((sum, { recorded: own = 0 }) => sum + own, 0);
  expect(recorded).toBeGreaterThanOrEqual(60);
  expect(recorded).toBeLessThanOrEqual(60 + collectors.length * between);
});

test('without Redis each counts for itself; when it is back they count as one again, what was let in meanwhile too', async () => {
  const limits = { pixelPerMinute: 10, addressPerMinute: 100 };
  const [one, other] = [await startSharing({ limits }), await startSharing({ limits })];
  await loadAndTell(one, 1);
  await redis.kill();
  const startedAt = performance.now();
  for (let sent = 0; sent < 12; sent += 1) await load(one);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(await one.readOutcomes()).toEqual({ recorded: 10, throttled_pixel: 3 });
  await load(other);
  expect(await other.readOutcomes()).toEqual({ recorded: 1 });
  await redis.start();
  await waitFor(async () => (await isAllTold(one)) && (await isAllTold(other)), 'what was let in meanwhile');
  // The other may have told its one before or after the ten: it lets in one more at most, and then none.
  await loadAndTell(other, 1);
  const { recorded = 0, throttled_pixel: throttled = 0 } = await other.readOutcomes();
  expect(recorded).toBeLessThanOrEqual(2);
  await load(other);
  expect(await other.readOutcomes()).toEqual({ recorded, throttled_pixel: throttled + 1 });
});

test('nothing of an address is in Redis, and everything there ends within two minutes', async () => {
  const collector = await startSharing();
  const hash = createHmac('sha256', KEYS.get(DAY) ?? '')
    .update(Buffer.from([198, 51, 100, 200]))
    .digest();
  const before = await readExchanges(collector);
  await collector.send(`GET ${CAMPAIGN_PIXEL}`, from('198.51.100.200'));
  await waitFor(async () => (await readExchanges(collector)) > before, 'an exchange');
  await ask(async (client) => {
    const keys = await client.keys('*');
    expect(keys.sort()).toEqual(['addresses', 'pixels'].map((name) => `{mailtracker:limits}:${name}:${toMinute()}`));
    for (const key of keys) {
      const ttlMs = await client.pttl(key);
      expect(ttlMs).toBeGreaterThan(0);
      expect(ttlMs).toBeLessThanOrEqual(120_000);
      const bytes = await client.getBuffer(key);
      for (const secret of [Buffer.from([198, 51, 100, 200]), hash.subarray(0, 4), Buffer.from('198.51')])
        expect(bytes?.indexOf(secret)).toBe(-1);
    }
  });
});

test('an address without a key of the day is counted here alone', async () => {
  const collector = await startSharing({ visitorKeys: (day) => ({ day, today: null, yesterday: null }) });
  await loadAndTell(collector, 1);
  expect(await ask((client) => client.keys('*'))).toEqual([`{mailtracker:limits}:pixels:${toMinute()}`]);
});

/** The window of the test collectors' clock. */
function toMinute(): number {
  return (DAY + 0.5) * 24 * 60;
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startRedis, type TestRedis } from '../../../tests/support/redis.ts';
import { systemClock } from '../../kit/clock.ts';
import { silentLog } from '../../kit/log.ts';
import { appendAll, describeSpool, readAll, readUntil, toHit, waitFor } from '../spool.conformance.ts';
import type { Spool } from '../spool.ts';
import { openRedisSpool, type RedisSpoolOptions } from './redis-spool.ts';

let redis: TestRedis;
let names = 0;
const folders: string[] = [];
const opened: Spool[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close();
});
afterAll(async () => {
  await redis.stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-spool-'));
  folders.push(folder);
  return folder;
}

interface Opening extends Partial<Pick<RedisSpoolOptions, 'streamName' | 'leaseMs' | 'holdMs'>> {
  readonly folder?: string | null;
  readonly bytesMax?: number;
}

async function open({ folder = null, bytesMax = 2 ** 30, ...changes }: Opening): Promise<Spool> {
  const shared = { log: silentLog, clock: systemClock, bytesMax };
  const disk = folder === null ? null : { ...shared, folder, sync: 'durable' as const };
  const spool = await openRedisSpool({ ...shared, url: redis.url, disk, streamName: `test${names}`, ...changes });
  opened.push(spool);
  return spool;
}

describeSpool({
  name: 'redis',
  open: async ({ bytesMax }) => {
    names += 1;
    const spool = await open({ folder: await makeFolder(), bytesMax, holdMs: 0 });
    await waitFor(() => spool.figures().failure === null);
    return spool;
  },
});

describe('the spool of many machines', () => {
  test('two collectors and two processors: every block goes to exactly one processor', async () => {
    names += 1;
    const collectors = [await open({ folder: await makeFolder() }), await open({ folder: await makeFolder() })];
    const processors = [await open({}), await open({})];
    for (let number = 0; number < 40; number += 1) await appendAll(collectors[number % 2] as Spool, [toHit(number)]);
    const ids: string[] = [];
    while (ids.length < 40) {
      for (const processor of processors) {
        const blocks = await processor.read(3, 100);
        ids.push(...blocks.map((block) => block.id));
        await processor.acknowledge(blocks.map((block) => block.id));
      }
    }
    expect(new Set(ids).size).toBe(40);
    await waitFor(() => processors.every((processor) => processor.figures().blocks === 0));
  });

  test('what a processor that died has held is claimed by another one after the lease, with the same ids', async () => {
    names += 1;
    const collector = await open({ folder: await makeFolder() });
    for (let number = 0; number < 5; number += 1) await appendAll(collector, [toHit(number)]);
    const dead = await open({ leaseMs: 200 });
    const held = await readUntil(dead, 5);
    const heir = await open({ leaseMs: 200 });
    expect(await heir.read(10, 0)).toEqual([]);
    expect(await readUntil(heir, 5)).toEqual(held);
    // The hung one comes back: its acknowledgement and the heir's are both harmless.
    await heir.acknowledge(held.map((block) => block.id));
    await dead.acknowledge(held.map((block) => block.id));
    expect(heir.figures()).toMatchObject({ blocks: 0, bytes: 0 });
  });

  test('a processor that ends hands what it held to the others at once', async () => {
    names += 1;
    const collector = await open({ folder: await makeFolder() });
    for (let number = 0; number < 5; number += 1) await appendAll(collector, [toHit(number)]);
    const ending = await open({ leaseMs: 600_000 });
    const held = await readUntil(ending, 5);
    await ending.close();
    const heir = await open({ leaseMs: 600_000 });
    expect(await readUntil(heir, 5)).toEqual(held);
  });

  test('while Redis is away hits are settled as fast as ever, and come in order when it is back', async () => {
    names += 1;
    const spool = await open({ folder: await makeFolder() });
    await appendAll(spool, [toHit(0)]);
    const [before] = await readUntil(spool, 1);
    await spool.acknowledge([before?.id ?? '']);
    await redis.kill();
    const startedAt = performance.now();
    for (let number = 1; number <= 20; number += 1) await appendAll(spool, [toHit(number)]);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await waitFor(() => spool.figures().failure !== null);
    expect(spool.figures().blocks).toBeGreaterThanOrEqual(20);
    await redis.start();
    const hitAts = await readFresh(spool, 20, before?.id ?? '');
    expect(hitAts).toEqual(Array.from({ length: 20 }, (_, number) => toHit(number + 1).hitAt));
  });

  test('what Redis took and then forgot is sent again', async () => {
    names += 1;
    const spool = await open({ folder: await makeFolder() });
    await appendAll(spool, [toHit(1)]);
    const [block] = await readUntil(spool, 1);
    await forget();
    expect(await readUntil(await open({}), 1)).toEqual([block]);
  });

  test('a stream that is full leaves blocks on the disk, and takes them when there is room', async () => {
    names += 1;
    const collector = await open({ folder: await makeFolder(), bytesMax: 20_000 });
    for (let number = 0; number < 30; number += 1)
      await appendAll(collector, [toHit(number), toHit(number + 100), toHit(number + 200)]);
    const processor = await open({});
    const first = await readAll(processor);
    expect(first.length).toBeGreaterThan(10);
    const ids = first.map((block) => block.id);
    await processor.acknowledge(ids);
    const rest = 90 - first.reduce((sum, block) => sum + block.records.length, 0);
    if (rest > 0) ids.push(...(await readUntil(processor, rest)).map((block) => block.id));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

/** Restarts Redis without its file: everything it had taken is gone. */
async function forget(): Promise<void> {
  const { Redis } = await import('ioredis');
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  await redis.kill();
  await redis.start();
}

/** The times of hits, those of a block that had been acknowledged before left out: it may come once more. */
async function readFresh(spool: Spool, count: number, known: string): Promise<number[]> {
  const times: number[] = [];
  const giveUpAt = performance.now() + 15_000;
  while (times.length < count && performance.now() < giveUpAt) {
    const blocks = await spool.read(100, 200);
    times.push(...blocks.filter(({ id }) => id !== known).flatMap(({ records }) => records.map(({ hitAt }) => hitAt)));
  }
  return times;
}

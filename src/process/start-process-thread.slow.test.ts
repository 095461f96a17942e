import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeHit } from '../../tests/support/hits.ts';
import { type SeededOrganization, seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { readDrops, readEvents } from '../../tests/support/tracking.ts';
import { systemClock } from '../kit/clock.ts';
import { silentLog } from '../kit/log.ts';
import { createMetrics } from '../kit/metrics.ts';
import { createMemorySpool } from '../spool/memory/memory-spool.ts';
import type { Spool } from '../spool/spool.ts';
import { createProcessMetrics } from './process-metrics.ts';
import { type ProcessThread, startProcessThread } from './start-process-thread.ts';

let database: TestDatabase;
let acme: SeededOrganization;
let spool: Spool;
let thread: ProcessThread;
let workers: Worker[];
/** From source, a thread compiles what it runs first: half a minute on a machine that is busy with other tests. */
const THREAD_MS_MAX = 45_000;
vi.setConfig({ testTimeout: 2 * THREAD_MS_MAX });
const metrics = createMetrics();
const processMetrics = createProcessMetrics(metrics, () => spool.figures().lagMs);
const noteWorker = (worker: Worker): void => void workers.push(worker);

beforeEach(async () => {
  database = await createTestDatabase();
  workers = [];
  process.on('worker', noteWorker);
  acme = await seedOrganization(database);
  spool = createMemorySpool({ clock: systemClock });
  thread = startProcessThread({
    spool,
    databaseUrl: database.ownerUrl,
    logLevel: 'silent',
    opensPerMinute: 0,
    log: silentLog,
    clock: systemClock,
    metrics: processMetrics,
    networksAgeDays: () => 0,
  });
});
afterEach(async () => {
  process.off('worker', noteWorker);
  await thread.stop();
  await spool.close();
  await database.drop();
});

/** Opens of readers of their own, now. */
function append(count: number, from = 0): void {
  for (let i = from; i < from + count; i += 1)
    spool.append(makeHit(acme.members[0].pixel, { at: Date.now(), address: `10.1.${i >> 8}.${i & 255}` }));
}

async function waitForEvents(count: number): Promise<void> {
  await vi.waitFor(async () => expect(await readEvents(database)).toHaveLength(count), {
    timeout: THREAD_MS_MAX,
    interval: 20,
  });
  await vi.waitFor(() => expect(spool.figures().blocks).toBe(0), { interval: 5 });
}

test('what enters the spool is stored by the thread, acknowledged, and counted where main is asked for metrics', async () => {
  append(300);
  spool.append(makeHit({ tokenHash: Buffer.alloc(32) }, { at: Date.now(), by: 'bot' }));
  await waitForEvents(300);
  expect(await readDrops(database)).toMatchObject({ unknown_token: 1 });
  const text = await metrics.metrics();
  expect(text).toContain('mailtracker_process_events_total 300');
  expect(text).toContain('mailtracker_process_drops_total{reason="unknown_token"} 1');
  expect(text).toMatch(/mailtracker_process_step_seconds_count\{step="claim"\} [1-9]/);
});

test('a thread that ends unasked is started again, and every hit is one event all the same', async () => {
  append(200);
  await vi.waitFor(() => expect(workers).toHaveLength(1));
  await waitForEvents(200);
  append(200, 200);
  await workers[0]?.terminate();
  append(200, 400);
  await waitForEvents(600);
  expect(workers).toHaveLength(2);
});

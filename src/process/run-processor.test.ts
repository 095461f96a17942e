import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AGENTS, makeHit } from '../../tests/support/hits.ts';
import { type SeededOrganization, seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, runOnServer, type TestDatabase } from '../../tests/support/test-database.ts';
import { readDrops, readEvents, readRollupDrift } from '../../tests/support/tracking.ts';
import { DAY_MS, type Hit } from '../domain/hit.ts';
import type { Log } from '../kit/log.ts';
import { createMetrics } from '../kit/metrics.ts';
import { createMemorySpool } from '../spool/memory/memory-spool.ts';
import type { Spool } from '../spool/spool.ts';
import { createProcessMetrics } from './process-metrics.ts';
import { type Processor, startProcessor } from './run-processor.ts';

const NOW = Date.parse('2026-06-10T12:00:00Z');
const clock = { now: () => NOW };

let database: TestDatabase;
let acme: SeededOrganization;
let spool: Spool;
let logged: { event: string; fields: object }[];
const started: Processor[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  acme = await seedOrganization(database, { since: new Date(NOW - 30 * DAY_MS) });
  spool = createMemorySpool({ clock });
  logged = [];
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((processor) => processor.stop()));
  await spool.close();
  await database.drop();
});

function start(options: { batchHitsMax?: number } = {}): Processor {
  const write = (fields: object, event: string): void => void logged.push({ event, fields });
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const processor = startProcessor({
    spool,
    databases: database,
    log,
    clock,
    metrics: createProcessMetrics(createMetrics(), () => 0),
    ...options,
  });
  started.push(processor);
  return processor;
}

/** Opens a minute apart, each by a reader of its own, so that none folds. */
const makeHits = (count: number, from = 0): Hit[] =>
  Array.from({ length: count }, (_, i) =>
    makeHit(acme.members[0].pixel, {
      at: NOW - (from + i) * 1000,
      address: `10.0.${(from + i) >> 8}.${(from + i) & 255}`,
    }),
  );

/** Resolves when all of them are in the spool; each call is a group commit, and so a block, of its own. */
async function append(hits: readonly Hit[]): Promise<void> {
  let settled = 0;
  spool.onSettled((position) => {
    settled = position;
  });
  const positions = hits.map((hit) => spool.append(hit) ?? Number.POSITIVE_INFINITY);
  await vi.waitFor(() => expect(settled).toBeGreaterThanOrEqual(positions.at(-1) ?? 0), { interval: 1 });
}

const waitUntilEmpty = (processor: Processor, hits: number): Promise<void> =>
  vi.waitFor(
    () => {
      expect(processor.figures().hits).toBe(hits);
      expect(spool.figures().blocks).toBe(0);
    },
    { timeout: 15_000, interval: 5 },
  );

test('what enters the spool is stored and then acknowledged', async () => {
  const processor = start();
  for (const hit of makeHits(5)) spool.append(hit);
  await waitUntilEmpty(processor, 5);
  expect(await readEvents(database)).toHaveLength(5);
  expect(processor.figures()).toMatchObject({ events: 5, folded: 0, dropped: {}, deadLetters: 0, failedTries: 0 });
});

test('a hit that the database refuses becomes a dead letter and everything around it is stored', async () => {
  const hits = makeHits(300);
  const poison = [hits[17], hits[18], hits[255]] as [Hit, Hit, Hit];
  const times = poison.map((hit) => `'${new Date(hit.hitAt).toISOString()}'`).join(', ');
  await asOwner(`alter table signature_tracking_events add constraint refused_times check (hit_at not in (${times}))`);
  for (let i = 0; i < hits.length; i += 50) await append(hits.slice(i, i + 50));
  const processor = start({ batchHitsMax: 150 });
  await waitUntilEmpty(processor, 300);
  expect(await readEvents(database)).toHaveLength(297);
  expect(await readDrops(database)).toEqual({ unreadable: 3 });
  const letters = await database.system.selectFrom('dead_letters').selectAll().orderBy('hit_at').execute();
  expect(letters.map((letter) => letter.hit_at)).toEqual(poison.map((hit) => new Date(hit.hitAt)).reverse());
  for (const letter of letters) {
    expect(letter.error).toMatch(/23514 refused_times/);
    expect(letter.token_hash).toEqual(acme.members[0].pixel.tokenHash);
  }
  expect(processor.figures()).toMatchObject({ deadLetters: 3, events: 297, failedTries: 0 });
  expect(logged.filter(({ event }) => event === 'record.dead_lettered')).toHaveLength(3);
  expect(JSON.stringify([letters, logged])).not.toContain(AGENTS.outlook);
  expect(await readRollupDrift(database)).toEqual([]);
});

test('connections that are cut again and again while hits arrive lose and double nothing', async () => {
  const processor = start({ batchHitsMax: 20 });
  for (let i = 0; i < 10; i += 1) {
    await append(makeHits(40, i * 40));
    await cutConnections();
  }
  await waitUntilEmpty(processor, 400);
  expect(await readEvents(database)).toHaveLength(400);
  expect(await readRollupDrift(database)).toEqual([]);
});

test('while the database is away hits wait, and all arrive once when it is back', async () => {
  const name = new URL(database.ownerUrl).pathname.slice(1);
  const processor = start();
  await append(makeHits(10));
  await waitUntilEmpty(processor, 10);
  await runOnServer(`alter database ${name} allow_connections false`);
  await cutConnections();
  await append(makeHits(50, 10));
  await vi.waitFor(() => expect(processor.figures().failedTries).toBeGreaterThan(1), { timeout: 10_000 });
  expect(spool.figures().blocks).toBeGreaterThan(0);
  expect(processor.figures().hits).toBe(10);
  await runOnServer(`alter database ${name} allow_connections true`);
  await waitUntilEmpty(processor, 60);
  expect(processor.figures().failedTries).toBe(0);
  expect(await readEvents(database)).toHaveLength(60);
  expect(logged.some(({ event }) => event === 'batch.failed')).toBe(true);
});

test('a processor that stops while the database is away leaves its batch to the next one', async () => {
  const name = new URL(database.ownerUrl).pathname.slice(1);
  await runOnServer(`alter database ${name} allow_connections false`);
  await cutConnections();
  const first = start();
  await append(makeHits(30));
  await vi.waitFor(() => expect(first.figures().failedTries).toBeGreaterThan(0), { timeout: 10_000 });
  await first.stop();
  await runOnServer(`alter database ${name} allow_connections true`);
  await waitUntilEmpty(start(), 30);
  expect(await readEvents(database)).toHaveLength(30);
});

test('stop() stores the batch under way, and what was read beyond it is there for the next processor', async () => {
  for (let i = 0; i < 20; i += 1) await append(makeHits(20, i * 20));
  const first = start({ batchHitsMax: 20 });
  await vi.waitFor(() => expect(first.figures().hits).toBeGreaterThan(0), { interval: 1 });
  await first.stop();
  const stored = first.figures().hits;
  expect(await readEvents(database)).toHaveLength(stored);
  await waitUntilEmpty(start(), 400 - stored);
  expect(await readEvents(database)).toHaveLength(400);
});

test('visitor partitions that the purge dropped meanwhile are made again', async () => {
  const processor = start();
  await append(makeHits(3));
  await waitUntilEmpty(processor, 3);
  await sql`select app_private.drop_visitors_before('2026-07-01')`.execute(database.system);
  await append(makeHits(3, 10));
  await waitUntilEmpty(processor, 6);
  expect(await readEvents(database)).toHaveLength(6);
});

test('its metrics tell drops by reason, steps and lag, and no label comes from a hit', async () => {
  const metrics = createMetrics();
  const processor = startProcessor({
    spool,
    databases: database,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    clock,
    metrics: createProcessMetrics(metrics, () => spool.figures().lagMs),
  });
  started.push(processor);
  spool.append(makeHit(acme.members[0].pixel, { at: NOW, by: 'bot' }));
  spool.append(makeHit({ tokenHash: Buffer.alloc(32) }, { at: NOW }));
  await waitUntilEmpty(processor, 2);
  const text = await metrics.metrics();
  expect(text).toContain('mailtracker_process_drops_total{reason="bot"} 1');
  expect(text).toContain('mailtracker_process_drops_total{reason="unknown_token"} 1');
  expect(text).toContain('mailtracker_process_drops_total{reason="scanner"} 0');
  expect(text).toMatch(/mailtracker_process_step_seconds_count\{step="claim"\} [1-9]/);
  expect(text).toContain('mailtracker_process_lag_seconds 0');
});

async function asOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

async function cutConnections(): Promise<void> {
  const name = new URL(database.ownerUrl).pathname.slice(1);
  await runOnServer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
}

test('a backlog is read ahead, and what was read when the spool failed or the processor stopped is stored once', async () => {
  for (const hit of makeHits(60)) await append([hit]);
  const { read, acknowledge } = spool;
  let reads = 0;
  let atHand = 0;
  let readsAhead = 0;
  spool.read = async (blocksMax, waitMs) => {
    reads += 1;
    if (reads % 7 === 0) throw new Error('spool is away');
    // A whole batch is at hand and not stored: this is the next one's.
    if (atHand >= 4) readsAhead += 1;
    const blocks = await read.call(spool, Math.min(blocksMax, 2), waitMs);
    atHand += blocks.length;
    return blocks;
  };
  spool.acknowledge = async (ids) => {
    atHand -= ids.length;
    return acknowledge.call(spool, ids);
  };
  const first = start({ batchHitsMax: 4 });
  await vi.waitFor(() => expect(first.figures().hits).toBeGreaterThan(20), { timeout: 15_000, interval: 1 });
  await first.stop();
  const stored = first.figures().hits;
  expect(stored).toBeLessThan(60);
  const second = start({ batchHitsMax: 4 });
  await waitUntilEmpty(second, 60 - stored);
  expect(readsAhead).toBeGreaterThan(0);
  expect(await readEvents(database)).toHaveLength(60);
  expect(await readRollupDrift(database)).toEqual([]);
});

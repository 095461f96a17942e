import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type Collector, type CollectorOptions, createCollector } from '../../src/collect/create-collector.ts';
import { DAY_MS, type Hit, type SpoolRecord, type ThrottledHits } from '../../src/domain/hit.ts';
import { silentLog } from '../../src/kit/log.ts';
import { createMetrics, type Metrics } from '../../src/kit/metrics.ts';
import { toNetworkClass } from '../../src/networks/to-network-class.ts';
import { openDiskSpool } from '../../src/spool/disk/disk-spool.ts';
import { createMemorySpool } from '../../src/spool/memory/memory-spool.ts';
import type { Spool } from '../../src/spool/spool.ts';

// A collector behind a real server on loopback, with a clock and day keys of its own. All of it ends with the test.

export const NOON = Date.UTC(2026, 10, 20, 12);
export const DAY = NOON / DAY_MS - 0.5;
export const TOKEN = 'AbCdEfGhIjKlMnOpQrStUvWx';
export const USER_PIXEL = `/api/t/u/${TOKEN}.gif`;
export const CAMPAIGN_PIXEL = `/api/t/p/${TOKEN}.gif`;
export const GOOGLE = '66.249.88.199';
export const KEYS = new Map([DAY, DAY - 1].map((day) => [day, randomBytes(32)]));

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

export interface TestCollector {
  readonly collector: Collector;
  readonly port: number;
  readonly spool: Spool;
  readonly metrics: Metrics;
  readonly clock: { at: number };
  /** The whole answer without its Date line. */
  send(request: string, headers?: Record<string, string>): Promise<string>;
  /** All records, once no request waits and throttled hits are flushed. */
  readRecords(): Promise<SpoolRecord[]>;
  readOutcomes(): Promise<Record<string, number>>;
}

export async function startCollector(
  changes: Partial<CollectorOptions> & { spool?: Spool } = {},
): Promise<TestCollector> {
  const clock = { at: NOON };
  const metrics = createMetrics();
  const spool = changes.spool ?? createMemorySpool();
  const collector = createCollector({
    clock: { now: () => clock.at },
    limits: { pixelPerMinute: 60, addressPerMinute: 100 },
    trustProxy: ['127.0.0.1'],
    metrics,
    visitorKeys: (day) => ({ day, today: KEYS.get(day) ?? null, yesterday: KEYS.get(day - 1) ?? null }),
    toNetworkClass,
    ...changes,
    spool,
  });
  const plain = createServer((request, response) => collector.handle(request, response));
  collector.lanes.attach(plain);
  const server = await listen(plain);
  const { port } = server.address() as AddressInfo;
  return {
    collector,
    port,
    spool,
    metrics,
    clock,
    send: (request, headers = {}) => exchange(port, toRequest(request, { Connection: 'close', ...headers })),
    async readRecords() {
      await collector.close();
      await spool.close();
      return (await spool.read(1_000, 0)).flatMap((block) => block.records);
    },
    async readOutcomes() {
      const metric = await metrics.getSingleMetric('mailtracker_collect_hits_total')?.get();
      const values = metric?.values.filter(({ value }) => value > 0) ?? [];
      return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
    },
  };
}

async function listen(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return server;
}

export function toRequest(line: string, headers: Record<string, string>): string {
  const lines = Object.entries({ Host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Sends bytes and reads until the server closes the connection. */
export async function exchange(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1');
  let answer = '';
  socket.on('data', (text) => {
    answer += text;
  });
  socket.write(request, 'latin1');
  await once(socket, 'close');
  return answer.replace(/\r\nDate: [^\r]*/g, '');
}

export function from(address: string, agent = 'Thunderbird/128'): Record<string, string> {
  return { 'X-Forwarded-For': address, 'User-Agent': agent };
}

export function toHits(records: readonly SpoolRecord[]): Hit[] {
  return records.filter((record) => record.kind === 'hit');
}

export function sumThrottled(records: readonly SpoolRecord[], limit: ThrottledHits['limit']): number {
  const throttled = records.filter((record) => record.kind === 'throttled').filter((record) => record.limit === limit);
  return throttled.reduce((sum, record) => sum + record.hits, 0);
}

export async function makeSpoolFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-collect-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function openTestSpool(folder: string): Promise<Spool> {
  const spool = await openDiskSpool({
    folder,
    sync: 'durable',
    bytesMax: 2 ** 30,
    log: silentLog,
    clock: { now: () => NOON },
  });
  closers.push(() => spool.close().catch(() => undefined));
  return spool;
}

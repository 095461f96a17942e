import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createMetrics } from '../kit/metrics.ts';
import { createMemorySpool } from '../spool/memory/memory-spool.ts';
import { AnswerQueue } from './answer-queue.ts';
import { createCollectMetrics } from './collect-metrics.ts';

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server whose requests wait for the positions 1, 2, 3, … */
async function start(waitMsMax: number) {
  const metrics = createCollectMetrics(createMetrics(), createMemorySpool());
  const queue = new AnswerQueue(metrics, waitMsMax);
  let position = 0;
  const server = createServer((_, response) => queue.add(response, ++position)).listen(0, '127.0.0.1');
  closers.push(() => server.close().closeAllConnections());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const load = async () => (await (await fetch(url)).arrayBuffer()).byteLength;
  return { queue, load, counts: metrics.counts, waiting: () => position };
}

test('a disk that hangs does not become a broken image: the answer leaves unsettled and is counted as late', async () => {
  const { queue, load, counts } = await start(50);
  const startedAt = performance.now();
  expect(await Promise.all([load(), load()])).toEqual([43, 43]);
  expect(performance.now() - startedAt).toBeGreaterThan(45);
  expect(counts).toMatchObject({ spool_late: 2, recorded: 0 });
  queue.settle(2, false);
  expect(counts).toMatchObject({ spool_late: 2, recorded: 0 });
  const next = load();
  await expect.poll(() => queue.settle(3, false) ?? counts.recorded).toBe(1);
  expect(await next).toBe(43);
});

test('an answer leaves only when its own position is settled, and close waits for the last one', async () => {
  const { queue, load, counts, waiting } = await start(60_000);
  const answered: number[] = [];
  const loads = [1, 2, 3].map((number) => load().then(() => answered.push(number)));
  await expect.poll(waiting).toBe(3);
  let isClosed = false;
  const closed = queue.close().then(() => {
    isClosed = true;
  });
  queue.settle(2, false);
  await expect.poll(() => answered.length).toBe(2);
  expect(isClosed).toBe(false);
  queue.settle(3, true);
  await Promise.all([...loads, closed]);
  expect(counts).toMatchObject({ recorded: 2, spool_lost: 1, spool_late: 0 });
});

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { watchBeats } from './heartbeat.ts';

const HEARTBEAT = { everyMs: 40, missedMax: 5 };
/** Beats as `beat` does; plain JavaScript, since a thread does not compile TypeScript by itself. */
const BEATS = `setInterval(() => parentPort.postMessage({ kind: 'beat' }), ${HEARTBEAT.everyMs});`;
const workers: Worker[] = [];

function start(script: string): { worker: Worker; silences: number[] } {
  const worker = new Worker(`const { parentPort } = require('node:worker_threads');${script}`, { eval: true });
  workers.push(worker);
  const silences: number[] = [];
  watchBeats(worker, HEARTBEAT, (ms) => silences.push(ms));
  return { worker, silences };
}

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

test('a thread whose loop no longer turns is told of and ended', async () => {
  const { worker, silences } = start(`${BEATS}parentPort.on('message', () => { for (;;); });`);
  await once(worker, 'message');
  worker.postMessage('hang');
  expect(await once(worker, 'exit')).toEqual([1]);
  expect(silences).toEqual([(HEARTBEAT.missedMax + 1) * HEARTBEAT.everyMs]);
});

test('a thread that beats is left alone, also one that is held up for a while again and again', async () => {
  const hold = `setInterval(() => { const end = Date.now() + ${2 * HEARTBEAT.everyMs}; while (Date.now() < end); }, ${3 * HEARTBEAT.everyMs});`;
  const { worker, silences } = start(BEATS + hold);
  await new Promise((resolve) => setTimeout(resolve, 4 * HEARTBEAT.missedMax * HEARTBEAT.everyMs));
  expect(silences).toEqual([]);
  expect(worker.threadId).toBeGreaterThan(0);
});

test('a thread that ended by itself is not told of', async () => {
  const { worker, silences } = start('');
  await once(worker, 'exit');
  await new Promise((resolve) => setTimeout(resolve, 2 * HEARTBEAT.missedMax * HEARTBEAT.everyMs));
  expect(silences).toEqual([]);
});

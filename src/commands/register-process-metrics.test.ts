import { expect, test } from 'vitest';
import { createMetrics } from '../kit/metrics.ts';
import { registerProcessMetrics } from './register-process-metrics.ts';

test('a scrape tells which build runs, as what, and what its process uses', async () => {
  const metrics = createMetrics();
  registerProcessMetrics(metrics, { version: '9.8.7', commit: 'abc1234', date: null }, new Set(['web', 'collect']));
  const text = await metrics.metrics();
  const node = process.versions.node;
  expect(text).toContain(
    `mailtracker_build_info{version="9.8.7",commit="abc1234",node="${node}",roles="collect,web"} 1`,
  );
  const read = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  expect(read('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  expect(read('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(Math.abs(read('process_start_time_seconds') - (Date.now() / 1_000 - process.uptime()))).toBeLessThan(5);
  expect(read('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
});

test.runIf(process.platform === 'linux')('on Linux also how many files are open, and how many may be', async () => {
  const metrics = createMetrics();
  registerProcessMetrics(metrics, { version: '9.8.7', commit: null, date: null }, new Set(['web']));
  const text = await metrics.metrics();
  expect(Number(/^process_open_fds (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(2);
  expect(Number(/^process_max_fds (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(100);
});

test('CPU time only grows, scrape after scrape', async () => {
  const metrics = createMetrics();
  registerProcessMetrics(metrics, { version: '9.8.7', commit: null, date: null }, new Set(['web']));
  const read = async () => Number(/^process_cpu_seconds_total (\S+)$/m.exec(await metrics.metrics())?.[1]);
  const first = await read();
  const second = await read();
  expect(second).toBeGreaterThanOrEqual(first);
  expect(second - first).toBeLessThan(1);
});

import { readdir, readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge } from 'prom-client';
import type { Metrics } from '../kit/metrics.ts';
import type { BuildInfo } from './read-build-info.ts';
import type { Role } from './role.ts';

/**
 * Which program this is and how its process fares, by the names that Prometheus' own clients use, read whenever the
 * metrics are. prom-client's default set of some thirty is left out: it watches every garbage collection.
 */
export function registerProcessMetrics(metrics: Metrics, build: BuildInfo, roles: ReadonlySet<Role>): void {
  new Gauge({
    name: 'mailtracker_build_info',
    help: 'Always 1; its labels tell which build runs.',
    labelNames: ['version', 'commit', 'node', 'roles'],
    registers: [metrics],
  }).set(
    {
      version: build.version,
      commit: build.commit ?? 'unknown',
      node: process.versions.node,
      roles: [...roles].sort().join(','),
    },
    1,
  );
  registerProcess(metrics);
  registerEventLoop(metrics);
}

function registerProcess(metrics: Metrics): void {
  gauge(metrics, 'process_start_time_seconds', 'When the process started, since the epoch.', () => STARTED_SECONDS);
  gauge(metrics, 'process_resident_memory_bytes', 'Memory that the process holds.', () => process.memoryUsage.rss());
  gauge(metrics, 'process_open_fds', 'Open files and sockets; absent where the system does not tell.', countOpenFiles);
  gauge(metrics, 'process_max_fds', 'How many it may open; absent where the system does not tell.', readOpenFilesMax);
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time that the process took.',
    registers: [metrics],
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
}

const STARTED_SECONDS = Date.now() / 1_000 - process.uptime();

/** Since the metrics were read last, so that a scrape tells of its own interval. */
function registerEventLoop(metrics: Metrics): void {
  const delays = monitorEventLoopDelay({ resolution: EVENT_LOOP_RESOLUTION_MS });
  delays.enable();
  gauge(metrics, 'nodejs_eventloop_lag_p99_seconds', 'Delay of the event loop since the last scrape, p99.', () => {
    const p99 = delays.percentile(99) / 1e9;
    delays.reset();
    return Math.max(0, p99 - EVENT_LOOP_RESOLUTION_MS / 1_000);
  });
}

const EVENT_LOOP_RESOLUTION_MS = 20;

function gauge(metrics: Metrics, name: string, help: string, read: () => number | Promise<number | null>): void {
  new Gauge({
    name,
    help,
    registers: [metrics],
    async collect() {
      const value = await read();
      if (value === null) this.remove();
      else this.set(value);
    },
  });
}

async function countOpenFiles(): Promise<number | null> {
  return readdir('/proc/self/fd').then(
    (names) => names.length,
    () => null,
  );
}

async function readOpenFilesMax(): Promise<number | null> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const found = /^Max open files +(\d+)/m.exec(text);
  return found === null ? null : Number(found[1]);
}

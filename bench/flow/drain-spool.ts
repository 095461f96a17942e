import { createInterface } from 'node:readline';
import { openDatabases } from '../../src/db/open-databases.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { silentLog } from '../../src/kit/log.ts';
import { createMetrics } from '../../src/kit/metrics.ts';
import { createProcessMetrics } from '../../src/process/process-metrics.ts';
import { startProcessor } from '../../src/process/run-processor.ts';
import { openDiskSpool } from '../../src/spool/disk/disk-spool.ts';

// A process of its own that does what the role `process` does, and nothing else: reads one line {"url", "spool"},
// drains the spool into the database, says each second how far it is, and ends when standard input does.

export interface DrainPlan {
  readonly url: string;
  readonly spool: string;
}

/** Since the start of the process. */
export interface DrainFigures {
  readonly seconds: number;
  readonly hits: number;
  readonly events: number;
  readonly folded: number;
  readonly deadLetters: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** Seconds in each step, all batches together. */
  readonly steps: Readonly<Record<string, number>>;
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { url, spool: folder } = JSON.parse((await lines.next()).value ?? '') as DrainPlan;
const metrics = createMetrics();
const databases = openDatabases(url);
const spool = await openDiskSpool({ folder, sync: 'fast', bytesMax: 2 ** 40, log: silentLog, clock: systemClock });
const processor = startProcessor({
  spool,
  databases,
  log: silentLog,
  clock: systemClock,
  metrics: createProcessMetrics(metrics, () => spool.figures().lagMs),
});
const ticking = setInterval(() => void tell(), 1_000);
await lines.next();
clearInterval(ticking);
await tell();
await processor.stop();
await spool.close();
await databases.close();

async function tell(): Promise<void> {
  const { hits, events, folded, deadLetters } = processor.figures();
  const { user, system } = process.cpuUsage();
  const steps = await metrics.getSingleMetric('mailtracker_process_step_seconds')?.get();
  const sums = steps?.values.filter((value) => 'metricName' in value && `${value.metricName}`.endsWith('_sum')) ?? [];
  const figures: DrainFigures = {
    seconds: performance.now() / 1_000,
    hits,
    events,
    folded,
    deadLetters,
    cpuSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage().rss,
    steps: Object.fromEntries(sums.map(({ labels, value }) => [String(labels.step), value])),
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

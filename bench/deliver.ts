import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbedded } from '../src/db/embedded/start-embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { type Databases, openDatabases } from '../src/db/open-databases.ts';
import { silentLog } from '../src/kit/log.ts';
import { startDelivererProcess } from '../tests/support/deliverer-process.ts';
import { runDeliveryLoad } from '../tests/support/delivery-load.ts';
import { killDeliverer } from '../tests/support/kill-deliverer.ts';
import { toPercentile } from './to-percentile.ts';

const HELP = `Usage: npm run bench -- deliver [--seconds 20] [--per-second 1100] [--organizations 21] | --kills 100

An embedded PostgreSQL of its own and one deliverer process. Feeds the outbox at a steady pace for as many organizations
with a webhook each, of which the last never answers, and prints what arrives at the others and how late. With --kills it
kills the deliverer as often, at random moments, and prints what was lost.

Exit code: 0 when every budget holds, 1 when one does not.
`;

const PER_SECOND_LEAST = 1_000;
const P95_MS_MAX = 5_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    'per-second': { type: 'string', default: '1100' },
    organizations: { type: 'string', default: '21' },
    kills: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-bench-'));
  const server = await startEmbedded(folder, silentLog, { endsWithProcess: true });
  const databases = openDatabases(server.url);
  try {
    await migrate(server.url, silentLog);
    return await (values.kills === undefined ? load(databases, server.url) : kill(databases, server.url));
  } finally {
    await databases.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function load(databases: Databases, url: string): Promise<boolean> {
  const deliverer = await startDelivererProcess(url, { timeoutMs: 15_000, leaseMs: 60_000 });
  const report = await runDeliveryLoad(databases, {
    seconds: Number(values.seconds),
    perSecond: Number(values['per-second']),
    organizations: Number(values.organizations),
  });
  await deliverer.kill();
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((part) => toPercentile(report.latenciesMs, part));
  process.stdout.write(
    `${report.arrived} of ${report.expected} arrived, ${Math.round(report.perSecond)}/s; from outbox to receiver p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms; the hanging one held ${report.hanging} connections (load of the machine ${loadavg()[0]?.toFixed(1)})\n`,
  );
  return report.arrived === report.expected && report.perSecond >= PER_SECOND_LEAST && (p95 ?? 0) <= P95_MS_MAX;
}

async function kill(databases: Databases, url: string): Promise<boolean> {
  const report = await killDeliverer(databases, url, Number(values.kills));
  process.stdout.write(
    `${report.kills} kills, ${report.cutOff} tries cut off, ${report.owed} deliveries owed: ${report.lost} lost, ${report.repeated} repeated under the same id, ${report.renamed} under another\n`,
  );
  return report.lost === 0 && report.renamed === 0;
}

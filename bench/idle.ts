import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openDatabases } from '../src/db/open-databases.ts';
import { readEmbeddedPid, readEmbeddedUrl } from '../tests/support/embedded-url.ts';
import { readMemoryMb } from './collect/cpu-seconds.ts';
import { readFamilyPssMb } from './flow/pinned-processes.ts';
import { seedTeams } from './live/seed-people.ts';
import { startPixelLoad } from './pixel-load.ts';
import { type BuiltServer, startBuiltServer } from './start-built-server.ts';
import { toPercentile } from './to-percentile.ts';

const HELP = `Usage: npm run bench -- idle [--starts 5] [--rest-seconds 20] [--hits-per-second 5000] [--load-seconds 20]

Needs Linux and a built dist/ (npm run build). Starts the built product on an empty folder (cold: initdb, migrations) and
then again and again on the same folder (warm), each until /readyz says that every role runs. Then lets it rest and reads
its memory: the server's resident set, and of the embedded PostgreSQL the proportional set of all its processes (a page
that several of them share counts once; the sum of resident sets would count the shared buffers in each). Then sends
hits and reads the most that the server ever held.

Exit code: 0 when every budget holds, 1 when one does not.
`;

const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '5' },
    'rest-seconds': { type: 'string', default: '20' },
    'hits-per-second': { type: 'string', default: '5000' },
    'load-seconds': { type: 'string', default: '20' },
    help: { type: 'boolean', default: false },
  },
});

const COLD_MS_MAX = 5_000;
const WARM_MS_MAX = 1_500;
const SERVER_IDLE_MB_MAX = 180;
const DATABASE_IDLE_MB_MAX = 80;
const SERVER_LOADED_MB_MAX = 350;

if (values.help) process.stdout.write(HELP);
else process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  const dataDir = join(await mkdtemp(join(tmpdir(), 'mailtracker-bench-')), 'data');
  let server: BuiltServer | null = null;
  try {
    server = await startBuiltServer(dataDir);
    const kept = [print('cold start', server.readyMs, 'ms', COLD_MS_MAX)];
    const warm: number[] = [];
    for (let start = 0; start < Number(values.starts); start += 1) {
      await server.stop();
      server = await startBuiltServer(dataDir);
      warm.push(server.readyMs);
    }
    warm.sort((a, b) => a - b);
    kept.push(print(`warm start, median of ${warm.length}`, toPercentile(warm, 0.5), 'ms', WARM_MS_MAX));
    await sleep(Number(values['rest-seconds']) * 1_000);
    kept.push(print('server at rest, resident', readMemoryMb(server.pid).now, 'MiB', SERVER_IDLE_MB_MAX));
    const postmaster = await readEmbeddedPid(dataDir);
    kept.push(print('PostgreSQL at rest, proportional', readFamilyPssMb(postmaster), 'MiB', DATABASE_IDLE_MB_MAX));
    kept.push(await measureLoaded(server, dataDir));
    return kept.every(Boolean);
  } finally {
    await server?.stop();
    await rm(join(dataDir, '..'), { recursive: true, force: true, maxRetries: 5 });
  }
}

async function measureLoaded({ url, pid }: BuiltServer, dataDir: string): Promise<boolean> {
  const databases = openDatabases(await readEmbeddedUrl(dataDir));
  const teams = await seedTeams(databases, { teams: 100, members: 10 }).finally(() => databases.close());
  const load = startPixelLoad({
    url,
    hitsPerSecond: Number(values['hits-per-second']),
    tokens: teams.flatMap(({ members }) => members.map(({ pixel }) => pixel.token)),
  });
  await sleep(Number(values['load-seconds']) * 1_000);
  const { sent, answered, seconds } = await load.stop();
  const what = `server at most, beside ${Math.round(sent / seconds)} hits/s (${answered} of ${sent} answered)`;
  return print(what, readMemoryMb(pid).most, 'MiB', SERVER_LOADED_MB_MAX) && answered === sent;
}

function print(what: string, figure: number, unit: string, most: number): boolean {
  const isKept = figure <= most;
  const load = loadavg()[0]?.toFixed(1);
  process.stdout.write(
    `${what.padEnd(40)} ${figure.toFixed(0).padStart(6)} ${unit}  ${isKept ? 'within' : 'OVER'} ${most} [load ${load}]\n`,
  );
  return isKept;
}

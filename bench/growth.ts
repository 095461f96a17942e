import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbedded } from '../src/db/embedded/start-embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { openDatabases } from '../src/db/open-databases.ts';
import { silentLog } from '../src/kit/log.ts';
import { fillEvents } from './fill-events.ts';
import { createHits } from './flow/make-hits.ts';
import { type DrainResult, fillSpool, measureDrain } from './flow/measure-drain.ts';
import { pinFamily, readPostmasterPid } from './flow/pinned-processes.ts';

const HELP = `Usage: npm run bench -- growth [--sizes 1000000,10000000,30000000] [--hits 200000] [--members 1000]

Needs Linux, two cores, taskset and 8 GB of disk for 30 million. Fills one embedded PostgreSQL with an organization whose
opens of 90 days reach the first size, then the next, and at each size drains the same number of hits from a spool into
it, the process stage on one core, the database on the other. What counts is CPU a hit, of the stage and of the database.

Exit code: 0 when a hit at the last size costs at most 1.3 times what it did at the first, 1 when more.
`;

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000000,10000000,30000000' },
    hits: { type: 'string', default: '200000' },
    members: { type: 'string', default: '1000' },
    help: { type: 'boolean', default: false },
  },
});

const FACTOR_MAX = 1.3;
const WARM_SECONDS = 4;
/** More than a slow machine needs: a drain ends when its hits do. */
const SECONDS_MAX = 600;
const DAYS = 90;
const DENSITY = 1_000;
/** The part of the hits whose cost is not counted: compilers and caches warm up. */
const WARM_PART = 0.25;

if (values.help) process.stdout.write(HELP);
else process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-bench-'));
  const server = await startEmbedded(folder, silentLog, { endsWithProcess: true });
  try {
    const postmasterPid = readPostmasterPid(folder);
    await migrate(server.url, silentLog);
    const costs: number[] = [];
    let stored = 0;
    for (const size of values.sizes.split(',').map(Number)) {
      await fill(server.url, size - stored, join(folder, `spool-${size}`));
      stored = size;
      pinFamily(postmasterPid, 1);
      const run = { url: server.url, postmasterPid, spool: join(folder, `spool-${size}`), core: 0 };
      const hitsMax = Number(values.hits);
      const result = await measureDrain({
        ...run,
        warmSeconds: WARM_SECONDS,
        seconds: SECONDS_MAX,
        warmHits: hitsMax * WARM_PART,
        hitsMax,
      });
      costs.push(print(size, result));
    }
    const factor = (costs.at(-1) ?? 0) / (costs[0] ?? 1);
    const isKept = factor <= FACTOR_MAX;
    process.stdout.write(
      `from the first size to the last ${factor.toFixed(2)} times: ${isKept ? 'within' : 'OVER'} ${FACTOR_MAX}\n`,
    );
    return isKept;
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Each size brings an organization of its own, as large as what is missing: the hits are of its pixels. */
async function fill(url: string, events: number, spool: string): Promise<void> {
  const databases = openDatabases(url, { statementMsMax: 3_600_000 });
  const plan = { events, members: Number(values.members), campaigns: 20, days: DAYS };
  const filled = await fillEvents(databases, { ...plan, now: Date.now() - 3_600_000 });
  await databases.close();
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query('vacuum analyze');
  await owner.query('checkpoint');
  await owner.end();
  await fillSpool(spool, createHits({ filled, campaigns: 0.2 }), { hits: Number(values.hits), perSecond: DENSITY });
}

/** Answers microseconds of CPU a hit. */
function print(size: number, { first, last, databaseCpuSeconds }: DrainResult): number {
  const hits = last.hits - first.hits;
  const micros = (spent: number) => (spent / hits) * 1e6;
  const stage = micros(last.cpuSeconds - first.cpuSeconds);
  const database = micros(databaseCpuSeconds);
  process.stdout.write(
    `${size.toLocaleString('en')} opens stored: ${(stage + database).toFixed(1)} µs of CPU a hit, of it stage ${stage.toFixed(1)}, database ${database.toFixed(1)} (${hits} hits) [load ${loadavg()[0]?.toFixed(1)}]\n`,
  );
  return stage + database;
}

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbedded } from '../src/db/embedded/start-embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { openDatabases } from '../src/db/open-databases.ts';
import { silentLog } from '../src/kit/log.ts';
import { startGenerator } from './busy/start-generator.ts';
import type { RoundResult } from './collect/generate-load.ts';
import { fillEvents } from './fill-events.ts';
import { createHits } from './flow/make-hits.ts';
import { type DrainResult, fillSpool, measureDrain } from './flow/measure-drain.ts';
import { pinFamily, readPostmasterPid } from './flow/pinned-processes.ts';
import type { TrackerPlan, TrackerResult } from './flow/straightforward-tracker.ts';

const HELP = `Usage: npm run bench -- sustained [--seconds 60] [--members 1000] [--campaigns 0.2] [--before 100000]
                               [--density 15000] [--tracker-seconds 10]

Needs Linux, two cores and taskset. Fills a spool with hits in about the shares that senders report (make-hits.ts), as
if so many a second (--density) had come in, in the blocks that commits make of them, and drains it into rows, rollups
and signals: the process stage on one core, an embedded PostgreSQL on the other. Then the same database takes the hits
of a straightforward tracker on Express, which answers all that ten connections ask for and stores each hit by four
statements: on the same one core, with the generator beside the database.

Exit code: 0 when 15,000 hits/s and ten times the tracker are kept up and memory stays flat, 1 when not.
`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    members: { type: 'string', default: '1000' },
    campaigns: { type: 'string', default: '0.2' },
    before: { type: 'string', default: '100000' },
    density: { type: 'string', default: '15000' },
    'tracker-seconds': { type: 'string', default: '10' },
    help: { type: 'boolean', default: false },
  },
});

const PER_SECOND_MIN = 15_000;
const TRACKER_FACTOR_MIN = 10;
/** From the mean of the first quarter to that of the last. */
const MEMORY_GROWTH_MAX = 1.15;
const WARM_SECONDS = 6;
/** What is drained at most in a second: the spool must not run dry. */
const FILLED_PER_SECOND = 22_000;
/** Of the generator that loads the tracker: as many as it has to its database, as load tests of such servers have. */
const CONNECTIONS = 10;
const [STAGE_CORE, DATABASE_CORE] = [0, 1];

if (values.help) process.stdout.write(HELP);
else process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-bench-'));
  const server = await startEmbedded(folder, silentLog, { endsWithProcess: true });
  try {
    const postmasterPid = readPostmasterPid(folder);
    pinFamily(postmasterPid, DATABASE_CORE);
    await migrate(server.url, silentLog);
    const spool = join(folder, 'spool');
    await fill(server.url, spool);
    const seconds = Number(values.seconds);
    const parts = { url: server.url, postmasterPid, spool, core: STAGE_CORE };
    const drained = await measureDrain({ ...parts, warmSeconds: WARM_SECONDS, seconds });
    return report(drained, await measureTracker(server.url));
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function fill(url: string, spool: string): Promise<void> {
  const databases = openDatabases(url, { statementMsMax: 3_600_000 });
  const plan = { events: Number(values.before), members: Number(values.members), campaigns: 20, days: 90 };
  const filled = await fillEvents(databases, { ...plan, now: Date.now() - 3_600_000 });
  await databases.close();
  await asOwner(url, 'vacuum analyze');
  const hits = (Number(values.seconds) + 2 * WARM_SECONDS) * FILLED_PER_SECOND;
  const makeHit = createHits({ filled, campaigns: Number(values.campaigns) });
  await fillSpool(spool, makeHit, { hits, perSecond: Number(values.density) });
}

async function asOwner(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

interface TrackerRates extends RoundResult, TrackerResult {}

/** The tracker on the stage's core, the generator beside the database on the other: it answers all it can. */
async function measureTracker(url: string): Promise<TrackerRates> {
  await asOwner(url, 'create database straightforward');
  const address = new URL(url);
  address.pathname = '/straightforward';
  const script = join(import.meta.dirname, 'flow/straightforward-tracker.ts');
  const words = ['-c', String(STAGE_CORE), process.execPath, '--import', 'tsx', script];
  const child = spawn('taskset', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const tokens = Array.from({ length: Number(values.members) }, () => randomUUID());
  const plan: TrackerPlan = { url: address.href, tokens };
  child.stdin.write(`${JSON.stringify(plan)}\n`);
  const { port } = JSON.parse((await answers.next()).value ?? '') as { port: number };
  const generator = startGenerator();
  pinFamily(generator.pid, DATABASE_CORE);
  const round = { port, seconds: Number(values['tracker-seconds']), connections: CONNECTIONS, tokens };
  const load = await generator.play(round);
  child.stdin.end();
  const result = JSON.parse((await answers.next()).value ?? '') as TrackerResult;
  generator.stop();
  return { ...load, ...result };
}

function report({ first, last, databaseCpuSeconds, residentBytes }: DrainResult, tracker: TrackerRates): boolean {
  const trackerPerSecond = tracker.stored / tracker.seconds;
  const seconds = last.seconds - first.seconds;
  const hits = last.hits - first.hits;
  const perSecond = hits / seconds;
  const part = (count: number) => `${((100 * count) / hits).toFixed(0)} %`;
  const micros = (spent: number) => `${((spent / hits) * 1e6).toFixed(1)} µs`;
  const growth =
    toMean(residentBytes.slice(-Math.ceil(residentBytes.length / 4))) /
    toMean(residentBytes.slice(0, Math.ceil(residentBytes.length / 4)));
  const say = (isKept: boolean) => (isKept ? 'within' : 'OVER');
  const kept = [
    perSecond >= PER_SECOND_MIN,
    growth <= MEMORY_GROWTH_MAX,
    perSecond >= TRACKER_FACTOR_MIN * trackerPerSecond,
  ];
  process.stdout.write(
    `${Math.round(perSecond)} hits/s over ${seconds.toFixed(0)} s (${part(last.events - first.events)} events, ${part(last.folded - first.folded)} folded): ${say(kept[0] ?? false)} ${PER_SECOND_MIN} [load ${loadavg()[0]?.toFixed(1)}]\n` +
      `CPU a hit: stage ${micros(last.cpuSeconds - first.cpuSeconds)}, database ${micros(databaseCpuSeconds)}\n` +
      `memory of the stage ${toMb(residentBytes[0])} to ${toMb(residentBytes.at(-1))} MiB, last quarter ÷ first ${growth.toFixed(2)}: ${say(kept[1] ?? false)} ${MEMORY_GROWTH_MAX}\n` +
      `straightforward tracker: ${Math.round(tracker.answered / tracker.seconds)} answers/s, p99 ${tracker.p99Ms.toFixed(0)} ms, ${toMb(tracker.residentBytes)} MiB, of them ${Math.round(trackerPerSecond)} hits stored/s; ours ${(perSecond / trackerPerSecond).toFixed(1)} times: ${say(kept[2] ?? false)} ${TRACKER_FACTOR_MIN}\n` +
      `steps, µs a hit: ${Object.entries(last.steps)
        .map(([step, sum]) => `${step} ${(((sum - (first.steps[step] ?? 0)) / hits) * 1e6).toFixed(1)}`)
        .join(', ')}\n`,
  );
  return kept.every(Boolean);
}

function toMean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

function toMb(bytes = 0): string {
  return (bytes / 2 ** 20).toFixed(0);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabases } from '../src/db/open-databases.ts';
import { readEmbeddedPid, readEmbeddedUrl } from '../tests/support/embedded-url.ts';
import { startBusyPeople } from './busy/busy-people.ts';
import { SITUATIONS, type Situation } from './busy/situations.ts';
import { startGenerator } from './busy/start-generator.ts';
import type { RoundResult } from './collect/generate-load.ts';
import { startBareNode } from './collect/start-opponents.ts';
import { seedTeams, signInTeams } from './live/seed-people.ts';
import { type BuiltServer, findFreePort, startBuiltServer } from './start-built-server.ts';
import { toPercentile } from './to-percentile.ts';

const HELP = `Usage: npm run bench -- busy [--rounds 5] [--seconds 5] [--hits-per-second 5000] [--only busy,hashes,…]

Needs Linux and a built dist/ (npm run build). Pixels of one installation in one process with its embedded PostgreSQL,
which processes these very hits while screens are open and dashboards ask, with and without faults, beside a bare
node:http in the same run, taken in turn. Nothing is pinned: server, database and generator share all cores. Times count
from when a request was due.

Situations: ${SITUATIONS.map(({ name }) => name).join(', ')}.

Exit code: 0 when the p99 of every situation is at most 5 times the bare server's and 50 ms, 1 when one is not.
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    'hits-per-second': { type: 'string', default: '5000' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const FACTOR_MAX = 5;
const P99_MS_MAX = 50;
const CONNECTIONS = 64;
/** Of a server on loopback that lives for the run. */
const METRICS_TOKEN = 'a-bench-of-its-own';
const READY_MS_MAX = 60_000;
const BACKLOG_STORED = /^mailtracker_spool_blocks 0$/m;

if (values.help) process.stdout.write(HELP);
else process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  const dataDir = join(await mkdtemp(join(tmpdir(), 'mailtracker-bench-')), 'data');
  const server = await startBuiltServer(dataDir, { METRICS_TOKEN });
  const bare = await startBareNode(
    { folder: dataDir, port: await findFreePort(), core: `0-${cpus().length - 1}` },
    process.execPath,
  );
  const generator = startGenerator();
  try {
    const databases = openDatabases(await readEmbeddedUrl(dataDir));
    const teams = await seedTeams(databases, { teams: 100, members: 10 });
    const viewers = await signInTeams(databases, teams, dataDir);
    await databases.close();
    const tokens = teams.flatMap(({ members }) => members.map(({ pixel }) => pixel.token));
    const people = await startBusyPeople(server.url, viewers);
    const shared = {
      seconds: Number(values.seconds),
      connections: CONNECTIONS,
      perSecond: Number(values['hits-per-second']),
    };
    const playBare = () => generator.play({ ...shared, port: bare.port });
    const playOurs = () => generator.play({ ...shared, port: Number(new URL(server.url).port), tokens });
    const isKept = await measure({ server, dataDir, playBare, playOurs });
    process.stdout.write(`${await people.stop()}\n`);
    return isKept;
  } finally {
    generator.stop();
    await bare.stop();
    await server.stop();
    await rm(join(dataDir, '..'), { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Measured {
  readonly server: BuiltServer;
  readonly dataDir: string;
  playBare(): Promise<RoundResult>;
  playOurs(): Promise<RoundResult>;
}

async function measure({ server, dataDir, playBare, playOurs }: Measured): Promise<boolean> {
  const wanted = SITUATIONS.filter(({ name }) => values.only?.split(',').includes(name) ?? true);
  const bare: RoundResult[] = [];
  const ours = new Map<Situation, RoundResult[]>(wanted.map((situation) => [situation, []]));
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    const alone = await playBare();
    // The first round warms the compilers and is left out.
    if (round > 0) bare.push(alone);
    for (const situation of wanted) {
      const end = await situation.begin({ url: server.url, postmasterPid: await readEmbeddedPid(dataDir) });
      const result = await playOurs().finally(() => end());
      if (round > 0) ours.get(situation)?.push(result);
      await waitUntilReady(server.url);
    }
    process.stderr.write(`round ${round} of ${values.rounds}\n`);
  }
  const bareP99Ms = print('bare node:http', bare, null);
  return wanted
    .map((situation) => print(situation.name, ours.get(situation) ?? [], bareP99Ms))
    .every((p99Ms) => isWithin(p99Ms, bareP99Ms));
}

/**
 * The database is back, and the backlog is stored: what one situation left behind would be charged to the next one, and
 * to the bare server.
 */
async function waitUntilReady(url: string): Promise<void> {
  const endsAt = performance.now() + READY_MS_MAX;
  while (performance.now() < endsAt) {
    if ((await readText(`${url}/readyz`)) !== null && BACKLOG_STORED.test((await readText(`${url}/metrics`)) ?? ''))
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the installation was not well again, or its backlog not stored, after ${READY_MS_MAX} ms`);
}

/** Null: nobody answers, or not with 200. */
async function readText(address: string): Promise<string | null> {
  const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
  const answer = await fetch(address, { headers }).catch(() => null);
  const text = await answer?.text();
  return answer?.ok ? (text ?? null) : null;
}

function isWithin(p99Ms: number, bareP99Ms: number): boolean {
  return p99Ms <= FACTOR_MAX * bareP99Ms && p99Ms <= P99_MS_MAX;
}

/** Medians of the rounds; answers the p99. */
function print(name: string, rounds: readonly RoundResult[], bareP99Ms: number | null): number {
  const median = (read: (round: RoundResult) => number) =>
    toPercentile(
      rounds.map(read).sort((a, b) => a - b),
      0.5,
    );
  const p99Ms = median((round) => round.p99Ms);
  const failures = rounds.reduce((sum, round) => sum + round.failures, 0);
  const verdict =
    bareP99Ms === null
      ? ''
      : `  ${(p99Ms / bareP99Ms).toFixed(1)} times the bare one  ${isWithin(p99Ms, bareP99Ms) ? 'within' : 'OVER'} ${FACTOR_MAX} times and ${P99_MS_MAX} ms`;
  process.stdout.write(
    `${name.padEnd(18)} ${Math.round(median(({ answers, seconds }) => answers / seconds))} answers/s, p50 ${median((round) => round.p50Ms).toFixed(1)}, p99 ${p99Ms.toFixed(1)} ms (rounds ${rounds.map((round) => round.p99Ms.toFixed(1)).join(' ')}), ${failures} connections failed${verdict} [load ${loadavg()[0]?.toFixed(1)}]\n`,
  );
  return p99Ms;
}

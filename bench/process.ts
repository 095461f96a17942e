import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import pg from 'pg';
import { startEmbedded } from '../src/db/embedded/start-embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { type Databases, openDatabases } from '../src/db/open-databases.ts';
import { systemClock } from '../src/kit/clock.ts';
import { sha256 } from '../src/kit/crypto.ts';
import { silentLog } from '../src/kit/log.ts';
import { type BatchStep, createBatchContext } from '../src/process/batch-context.ts';
import { processBatch } from '../src/process/process-batch.ts';
import { makeBlock, makeHit } from '../tests/support/hits.ts';
import { fillEvents } from './fill-events.ts';
import { toPercentile } from './to-percentile.ts';

const HELP = `Usage: npm run bench -- process [--batches 30] [--hits 2000] [--members 1000] [--before 100000]

Hands batches of hits to the process stage, one after the other, on an embedded PostgreSQL of its own: each hit from
another address, of a random member's pixel, an organization with opens of 90 days before it. Every other batch goes
without the narrow rollups, so that what writing them costs is measured in the same run (signals, which read them, have
less to do without). Prints hits a second, the ms of each step, and the part of the narrow rollups.

Exit code: 0 when the narrow rollups take at most 15 % of a batch, 1 when more.
`;

const { values } = parseArgs({
  options: {
    batches: { type: 'string', default: '30' },
    hits: { type: 'string', default: '2000' },
    members: { type: 'string', default: '1000' },
    before: { type: 'string', default: '100000' },
    help: { type: 'boolean', default: false },
  },
});

const NARROW_PART_MAX = 0.15;
/** Batches before anything is measured: plans, caches and the day's first rows. */
const WARM_UP_BATCHES = 4;
const NARROWED = ['tracking_rollup_slots', 'tracking_rollup_days'] as const;

if (values.help) process.stdout.write(HELP);
else process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-bench-'));
  const server = await startEmbedded(folder, silentLog, { endsWithProcess: true });
  const databases = openDatabases(server.url);
  const owner = new pg.Client({ connectionString: server.url });
  try {
    await migrate(server.url, silentLog);
    await owner.connect();
    const plan = { events: Number(values.before), members: Number(values.members), campaigns: 20, days: 90 };
    const { tokens } = await fillEvents(databases, { ...plan, now: Date.now() - 3_600_000 });
    await owner.query('vacuum analyze');
    return await measure(databases, owner, tokens);
  } finally {
    await owner.end();
    await databases.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Of one kind of batch. */
interface Times {
  readonly batches: number[];
  readonly steps: Map<BatchStep, number>;
}

async function measure(databases: Databases, owner: pg.Client, tokens: readonly string[]): Promise<boolean> {
  const pixels = tokens.map((token) => ({ tokenHash: sha256(token) }));
  const kinds: readonly Times[] = [0, 1].map(() => ({ batches: [], steps: new Map() }));
  let current: Times | null = null;
  const context = createBatchContext({ databases, clock: systemClock }, (step, seconds) => {
    current?.steps.set(step, (current.steps.get(step) ?? 0) + seconds * 1_000);
  });
  const size = Number(values.hits);
  for (let batch = -WARM_UP_BATCHES; batch < Number(values.batches); batch += 1) {
    const hasNarrow = batch % 2 === 0;
    for (const table of NARROWED)
      await owner.query(`alter table ${table} ${hasNarrow ? 'enable' : 'disable'} trigger user`);
    const hits = Array.from({ length: size }, (_, n) => {
      const pixel = pixels[Math.floor(Math.random() * pixels.length)] ?? { tokenHash: Buffer.alloc(32) };
      return makeHit(pixel, { at: Date.now(), address: `203.${batch + WARM_UP_BATCHES}.${n >> 8}.${n & 255}` });
    });
    current = batch < 0 ? null : (kinds[hasNarrow ? 0 : 1] ?? null);
    const began = performance.now();
    await processBatch(context, [makeBlock(hits)]);
    current?.batches.push(performance.now() - began);
  }
  const stored = await sql<{ n: number }>`
    select count(*)::int as n from signature_tracking_events where hit_at > now() - interval '30 minutes'`.execute(
    databases.system,
  );
  const [whole, without] = kinds;
  return whole !== undefined && without !== undefined && print(whole, without, stored.rows[0]?.n ?? 0);
}

function print(whole: Times, without: Times, stored: number): boolean {
  const median = ({ batches }: Times) =>
    toPercentile(
      [...batches].sort((a, b) => a - b),
      0.5,
    );
  const [ms, msWithout] = [median(whole), median(without)];
  const rollUpMs = ({ steps, batches }: Times) => (steps.get('rollups') ?? 0) / batches.length;
  const part =
    (rollUpMs(whole) - rollUpMs(without)) / (whole.batches.reduce((sum, one) => sum + one, 0) / whole.batches.length);
  const size = Number(values.hits);
  const rate = (batchMs: number) => Math.round((size * 1_000) / batchMs).toLocaleString('en');
  process.stdout.write(
    `${stored.toLocaleString('en')} opens stored (load of the machine ${loadavg()[0]?.toFixed(1)})\n` +
      `batches of ${size}: median ${ms.toFixed(0)} ms, ${rate(ms)} hits/s; without the narrow rollups ${msWithout.toFixed(0)} ms, ${rate(msWithout)} hits/s\n`,
  );
  for (const [step, sum] of whole.steps) {
    const of = ({ batches }: Times, total: number) => (total / batches.length).toFixed(1).padStart(7);
    process.stdout.write(`  ${step.padEnd(14)}${of(whole, sum)} ms ${of(without, without.steps.get(step) ?? 0)} ms\n`);
  }
  process.stdout.write(
    `  the narrow rollups take ${(part * 100).toFixed(0)} %  ${part <= NARROW_PART_MAX ? 'within' : 'OVER'} ${NARROW_PART_MAX * 100} %\n`,
  );
  return part <= NARROW_PART_MAX;
}

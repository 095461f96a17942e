import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import pg from 'pg';
import { findDrift } from '../src/analytics/find-drift.ts';
import { startEmbedded } from '../src/db/embedded/start-embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { type Databases, openDatabases } from '../src/db/open-databases.ts';
import { withTenant } from '../src/db/with-tenant.ts';
import { silentLog } from '../src/kit/log.ts';
import { compactWeeks } from '../src/retention/compact-weeks.ts';
import { type FilledOrganization, fillEvents } from './fill-events.ts';
import { measureQuestions, type Timing } from './measure-questions.ts';
import { startPixelLoad } from './pixel-load.ts';
import { startBenchServer } from './start-bench-server.ts';
import { warmUpPixels } from './warm-up-pixels.ts';

const HELP = `Usage: npm run bench -- read [--sizes 1000000,10000000] [--members 1000] [--campaigns 200] [--rounds 200]
                          [--countries] [--keep folder] [--under-load] [--hits-per-second 2000]

Fills an embedded PostgreSQL of its own, in a temporary folder and with the settings of serve, with one organization
for each size, opens of the last 90 days, and asks each question of the dashboards again and again: as the application
role, transaction included, of another member or campaign each time. Prints p50 and p95 in ms, the factor from the
first size to the last, and the bytes stored per open. --countries fills as where readers' countries are collected.
--keep fills into this folder and leaves it there; what it holds already is asked and not filled again (fill anew on
another day: the days asked for end today). --under-load asks the last size once more, 20 ms between questions, while a
real server takes pixel hits, and prints how the pixels were answered meanwhile. Needs 6 GB of disk for 10 million.

Exit code: 0 when every budget holds, 1 when one does not.
`;

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000000,10000000' },
    members: { type: 'string', default: '1000' },
    campaigns: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '200' },
    countries: { type: 'boolean', default: false },
    keep: { type: 'string' },
    'under-load': { type: 'boolean', default: false },
    'hits-per-second': { type: 'string', default: '2000' },
    help: { type: 'boolean', default: false },
  },
});

const FACTOR_MAX = 1.5;
/** Below this a factor says more about the machine than about the question. */
const FACTOR_FLOOR_MS = 3;
const BYTES_PER_OPEN_MAX = 200;
const PIXEL_P99_MS_MAX = 10;
/** Between questions under load: some 40 a second, which is a thousand people who look twice a minute. */
const REST_MS = 20;
/** Larger fills are recounted by \`mailtracker verify\`, which takes a minute for 10 million. */
const VERIFIED_EVENTS_MAX = 1_000_000;

if (values.help) process.stdout.write(HELP);
else process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  const sizes = values.sizes.split(',').map(Number);
  const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'mailtracker-bench-')));
  await mkdir(folder, { recursive: true });
  const server = await startEmbedded(folder, silentLog, { endsWithProcess: true });
  const databases = openDatabases(server.url, { statementMsMax: 3_600_000 });
  const kept: boolean[] = [];
  const timings: Timing[][] = [];
  try {
    await migrate(server.url, silentLog);
    let filled: FilledOrganization | null = null;
    for (const events of sizes) {
      filled = await readFilled(folder, events);
      if (!filled) {
        filled = await fill(databases, server.url, events);
        await writeFile(toFilledFile(folder, events), JSON.stringify(filled));
      }
      if (events <= VERIFIED_EVENTS_MAX) kept.push(await verify(databases, filled));
      const timed = await measureQuestions(databases, filled, { rounds: Number(values.rounds), restMs: 0 });
      timings.push(timed);
      kept.push(print(timed, `at ${events.toLocaleString('en')} opens`));
    }
    kept.push(printFactors(timings));
    kept.push(
      await printSizes(
        databases,
        sizes.reduce((sum, size) => sum + size, 0),
      ),
    );
    if (values['under-load'] && filled) kept.push(await measureUnderLoad(databases, filled, folder));
  } finally {
    await databases.close();
    await server.stop();
    if (values.keep === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return kept.every(Boolean);
}

function toFilledFile(folder: string, events: number): string {
  return join(folder, `filled-${events}.json`);
}

async function readFilled(folder: string, events: number): Promise<FilledOrganization | null> {
  const text = await readFile(toFilledFile(folder, events), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as FilledOrganization);
}

/** The job knows a week that is done by its indexes' fillfactor, since no history comes later in the product. */
async function loosenWeeks(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`do $$ declare name text; begin
    for name in select x.relname from pg_inherits i join pg_index n on n.indrelid = i.inhrelid join pg_class x on x.oid = n.indexrelid
      where i.inhparent = 'signature_tracking_events'::regclass and 'fillfactor=100' = any(x.reloptions)
    loop execute format('alter index %I reset (fillfactor)', name); end loop; end $$`);
  await client.end();
}

async function fill(databases: Databases, url: string, events: number): Promise<FilledOrganization> {
  const began = performance.now();
  const filled = await fillEvents(databases, {
    events,
    members: Number(values.members),
    campaigns: Number(values.campaigns),
    days: 90,
    now: Date.now(),
    hasCountries: values.countries,
  });
  const filledMs = performance.now() - began;
  // What the retention job does with weeks of opens that have ended; those that a smaller size left full are filled up here.
  await loosenWeeks(url);
  const compacted = await compactWeeks(databases, Date.now());
  const compactedMs = performance.now() - began - filledMs;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  process.stdout.write(
    `\n${events.toLocaleString('en')} opens filled in ${seconds(filledMs)} s, ${compacted} indexes of past weeks compacted in ${seconds(compactedMs)} s, vacuumed in ${seconds(performance.now() - began - filledMs - compactedMs)} s\n`,
  );
  return filled;
}

async function verify(databases: Databases, { organizationId }: FilledOrganization): Promise<boolean> {
  const report = await withTenant(databases, organizationId, (trx) =>
    findDrift(trx, { organizationId, now: Date.now() }),
  );
  process.stdout.write(`${report.events.toLocaleString('en')} opens recounted: ${report.drifted} figures differ\n`);
  return report.drifted === 0 && report.events > 0;
}

function print(timings: readonly Timing[], when: string): boolean {
  process.stdout.write(`\nms ${when} (load of the machine ${loadavg()[0]?.toFixed(1)})\n`);
  for (const { name, budgetMs, p50Ms, p95Ms } of timings)
    process.stdout.write(
      `  ${name.padEnd(30)} p50 ${p50Ms.toFixed(1).padStart(6)}  p95 ${p95Ms.toFixed(1).padStart(6)}  ${p95Ms <= budgetMs ? 'within' : 'OVER'} ${budgetMs}\n`,
    );
  return timings.every(({ p95Ms, budgetMs }) => p95Ms <= budgetMs);
}

function printFactors(all: readonly (readonly Timing[])[]): boolean {
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last || first === last) return true;
  process.stdout.write(
    `\nfrom the first size to the last, p50 and p95 (at most ${FACTOR_MAX} where above ${FACTOR_FLOOR_MS} ms)\n`,
  );
  let isKept = true;
  for (const [index, { name, p50Ms, p95Ms }] of last.entries()) {
    const before = first[index];
    const factor = p50Ms / (before?.p50Ms ?? 1);
    const isWithin = factor <= FACTOR_MAX || p50Ms <= FACTOR_FLOOR_MS;
    isKept &&= isWithin;
    process.stdout.write(
      `  ${name.padEnd(30)} ${factor.toFixed(2)}  ${(p95Ms / (before?.p95Ms ?? 1)).toFixed(2)}  ${isWithin ? 'within' : 'OVER'}\n`,
    );
  }
  return isKept;
}

async function printSizes({ system }: Databases, events: number): Promise<boolean> {
  const { rows } = await sql<{ name: string; bytes: number; heap: number }>`
    select coalesce(parent.relname, own.relname)::text as name, sum(pg_total_relation_size(own.oid))::float8 as bytes,
      sum(pg_relation_size(own.oid))::float8 as heap
    from pg_class own left join pg_inherits i on i.inhrelid = own.oid left join pg_class parent on parent.oid = i.inhparent
    where own.relkind = 'r' and own.relnamespace = 'public'::regnamespace
      and coalesce(parent.relname, own.relname) ~ '^(signature_tracking_events|tracking_rollup)'
    group by 1 order by 2 desc`.execute(system);
  process.stdout.write(`\nbytes an open, indexes included (of which the table itself)\n`);
  for (const { name, bytes, heap } of rows)
    process.stdout.write(
      `  ${name.padEnd(30)} ${(bytes / events).toFixed(0).padStart(5)} (${(heap / events).toFixed(0)})\n`,
    );
  const ofEvents = (rows.find(({ name }) => name === 'signature_tracking_events')?.bytes ?? 0) / events;
  process.stdout.write(
    `  ${ofEvents <= BYTES_PER_OPEN_MAX ? 'within' : 'OVER'} ${BYTES_PER_OPEN_MAX} bytes per event\n`,
  );
  return ofEvents <= BYTES_PER_OPEN_MAX;
}

/** The questions once more while a real server stores hits of the same members. */
async function measureUnderLoad(databases: Databases, filled: FilledOrganization, folder: string): Promise<boolean> {
  const server = await startBenchServer(folder);
  try {
    const hitsPerSecond = Number(values['hits-per-second']);
    const plan = { url: server.url, hitsPerSecond, tokens: filled.tokens };
    await warmUpPixels(plan);
    const load = startPixelLoad(plan);
    const timed = await measureQuestions(databases, filled, { rounds: Number(values.rounds), restMs: REST_MS });
    const { sent, answered, seconds, p50Ms, p99Ms, slowestMs } = await load.stop();
    const areKept = print(timed, `while ${(sent / seconds).toFixed(0)} hits/s come in`);
    const isFast = p99Ms <= PIXEL_P99_MS_MAX;
    process.stdout.write(
      `  pixels: ${answered} of ${sent} answered, p50 ${p50Ms.toFixed(1)}, p99 ${p99Ms.toFixed(1)}, slowest ${slowestMs.toFixed(1)}  ${isFast ? 'within' : 'OVER'} ${PIXEL_P99_MS_MAX}\n`,
    );
    return areKept && isFast && answered === sent;
  } finally {
    await server.stop();
  }
}

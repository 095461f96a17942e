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
import { purge } from '../src/retention/purge.ts';
import { type FilledOrganization, fillEvents } from './fill-events.ts';
import { startPixelLoad } from './pixel-load.ts';
import { startBenchServer } from './start-bench-server.ts';
import { warmUpPixels } from './warm-up-pixels.ts';

const HELP = `Usage: npm run bench -- purge [--expired 1000000] [--hits-per-second 500] [--keep folder]

Fills an embedded PostgreSQL of its own with opens of 90 days of two organizations, shortens the retention of the larger
one to 30 days, and forgets what expired while a real server takes pixel hits. The other one keeps its opens, so that
every expired row is deleted by itself, which is the slow way. Then the other one's retention is shortened too, and the
weeks that nobody keeps go as files. Prints the pixels' slowest answer, the bytes before and after, and what is left.
--keep only fills this folder, the first time; the next time it is purged, and gone: so the measuring alone can be done
when the machine has nothing else to do.

Exit code: 0 when no answer took longer than 50 ms and every count is right.
`;
const { values } = parseArgs({
  options: {
    expired: { type: 'string', default: '1000000' },
    'hits-per-second': { type: 'string', default: '500' },
    keep: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const SLOWEST_MS_MAX = 50;
const KEPT_DAYS = 30;
const DAYS = 90;
const FILLED = 'filled.json';

if (values.help) process.stdout.write(HELP);
else process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'mailtracker-bench-')));
  await mkdir(folder, { recursive: true });
  const postgres = await startEmbedded(folder, silentLog, { endsWithProcess: true });
  const databases = openDatabases(postgres.url, { statementMsMax: 3_600_000 });
  let isToKeep = false;
  try {
    await migrate(postgres.url, silentLog);
    const kept = await readFile(join(folder, FILLED), 'utf8').catch(() => null);
    const filled = kept === null ? await fill(databases) : (JSON.parse(kept) as Filled);
    await vacuum(postgres.url);
    if (values.keep !== undefined && kept === null) {
      isToKeep = true;
      await writeFile(join(folder, FILLED), JSON.stringify(filled));
      return true;
    }
    const { ours, theirs } = filled;
    const byRows = await purgeUnderLoad(databases, { folder, shortened: ours, others: theirs, all: ours });
    await vacuum(postgres.url);
    print(await readSizes(databases), 'after vacuum');
    const byFiles = await purgeUnderLoad(databases, { folder, shortened: theirs, others: null, all: ours });
    return byRows && byFiles;
  } finally {
    await databases.close();
    await postgres.stop();
    if (!isToKeep) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Filled {
  readonly ours: FilledOrganization;
  readonly theirs: FilledOrganization;
}

async function fill(databases: Databases): Promise<Filled> {
  const events = Math.round((Number(values.expired) * DAYS) / (DAYS - KEPT_DAYS));
  const plan = { members: 200, campaigns: 20, days: DAYS, now: Date.now() };
  const ours = await fillEvents(databases, { ...plan, events });
  const theirs = await fillEvents(databases, { ...plan, events: Math.round(events / 10) });
  return { ours, theirs };
}

interface Work {
  readonly folder: string;
  readonly shortened: FilledOrganization;
  readonly others: FilledOrganization | null;
  /** Whose pixels are asked for meanwhile. */
  readonly all: FilledOrganization;
}

async function purgeUnderLoad(databases: Databases, { folder, shortened, others, all }: Work): Promise<boolean> {
  const server = await startBenchServer(folder);
  try {
    const kept = others && (await count(databases, others));
    const before = await count(databases, shortened);
    print(await readSizes(databases), `before, ${before.toLocaleString('en')} opens`);
    await sql`update organization_settings set tracking_settings = tracking_settings || ${JSON.stringify({ retention_days: KEPT_DAYS })}::jsonb
      where organization_id = ${shortened.organizationId}`.execute(databases.system);
    const plan = { url: server.url, hitsPerSecond: Number(values['hits-per-second']), tokens: all.tokens };
    await warmUpPixels(plan);
    const load = startPixelLoad(plan);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const began = performance.now();
    const now = Date.now();
    const purged = await purge(databases, now);
    const seconds = (performance.now() - began) / 1_000;
    const pixels = await load.stop();
    print(await readSizes(databases), 'after');
    const expired = await countBefore(databases, shortened, new Date(now - KEPT_DAYS * 86_400_000));
    const drift = await withTenant(databases, shortened.organizationId, (trx) =>
      findDrift(trx, { organizationId: shortened.organizationId, now: Date.now() }),
    );
    process.stdout.write(
      `${purged.events.toLocaleString('en')} rows and ${purged.eventWeeks} weeks of opens, ${purged.slots.toLocaleString('en')} quarter hours forgotten in ${seconds.toFixed(1)} s; ` +
        `${expired} expired are left, ${drift.events.toLocaleString('en')} kept and recounted, ${drift.drifted} figures differ\n` +
        `pixels: ${pixels.answered} of ${pixels.sent} answered, p99 ${pixels.p99Ms.toFixed(1)} ms, slowest ${pixels.slowestMs.toFixed(1)} ms (at most ${SLOWEST_MS_MAX}), who asked was late by ${pixels.lateMs.toFixed(1)} ms at most; load ${loadavg()[0]?.toFixed(1)}\n`,
    );
    const areOthersKept = others === null || kept === (await count(databases, others));
    if (!areOthersKept) process.stdout.write('another organization lost opens\n');
    return expired === 0 && drift.drifted === 0 && areOthersKept && pixels.slowestMs <= SLOWEST_MS_MAX;
  } finally {
    await server.stop();
  }
}

async function count({ system }: Databases, { organizationId }: FilledOrganization): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from signature_tracking_events where organization_id = ${organizationId}`.execute(system);
  return rows[0]?.n ?? 0;
}

async function countBefore({ system }: Databases, { organizationId }: FilledOrganization, at: Date): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select ((select count(*) from signature_tracking_events where organization_id = ${organizationId} and hit_at < ${at})
      + (select count(*) from tracking_rollup_slots where organization_id = ${organizationId} and slot_at < ${at})
      + (select count(*) from tracking_rollup_hours where organization_id = ${organizationId} and hour_at < ${new Date(at.getTime() - 3_600_000)}))::int as n`.execute(
    system,
  );
  return rows[0]?.n ?? 0;
}

async function vacuum(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}

interface Size {
  readonly name: string;
  readonly megabytes: number;
  readonly dead: number;
}

async function readSizes({ system }: Databases): Promise<readonly Size[]> {
  const { rows } = await sql<Size>`
    select coalesce(parent.relname, own.relname)::text as name, (sum(pg_total_relation_size(own.oid)) / 1e6)::float8 as megabytes,
      sum(stat.n_dead_tup)::float8 as dead
    from pg_class own join pg_stat_user_tables stat on stat.relid = own.oid
    left join pg_inherits i on i.inhrelid = own.oid left join pg_class parent on parent.oid = i.inhparent
    where own.relkind = 'r' and coalesce(parent.relname, own.relname) ~ '^(signature_tracking_events|tracking_rollup_(slots|hours))$'
    group by 1 order by 1`.execute(system);
  return rows;
}

function print(sizes: readonly Size[], when: string): void {
  const text = sizes.map(({ name, megabytes, dead }) => `${name} ${megabytes.toFixed(0)} MB (${dead} dead rows)`);
  process.stdout.write(`${when}: ${text.join(', ')}\n`);
}

import { readdir } from 'node:fs/promises';
import { Client } from 'pg';
import type { Config } from '../config.ts';
import { connect } from '../db/connect.ts';
import { openDatabases } from '../db/open-databases.ts';
import { APP_ROLE, SYSTEM_ROLE } from '../db/roles.ts';
import type { Log } from '../kit/log.ts';
import type { Finding } from './find-faults.ts';

/** Reached, new enough, its roles bound by row-level security, its schema this version's, its clock like ours. */
export async function findDatabaseFaults(config: Config, log: Log): Promise<readonly Finding[]> {
  const { databaseUrl, dataDir } = config;
  const subject = databaseUrl === null ? 'database (embedded)' : 'DATABASE_URL';
  try {
    const server = await connect({ databaseUrl, dataDir, waitMsMax: 0 }, log);
    try {
      return await look(server.url, subject);
    } finally {
      await server.stop();
    }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return [
      { state: 'wrong', subject, said, todo: 'Pixels are answered and kept meanwhile. Start it, or mend the address.' },
    ];
  }
}

async function look(url: string, subject: string): Promise<readonly Finding[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const schema = await findSchemaFaults(client);
    const isMigrated = schema.every(({ state }) => state === 'ok');
    return [
      await findVersion(client, subject),
      ...schema,
      await findClockFault(client),
      // Before the first start there are no roles and no tables to look at.
      ...(isMigrated ? await findRoleFaults(client, url) : []),
      await findConnectionFault(client),
    ];
  } finally {
    await client.end();
  }
}

async function findVersion(client: Client, subject: string): Promise<Finding> {
  const { rows } = await client.query<{ version: string; size: string }>(
    `select current_setting('server_version') as version, pg_size_pretty(pg_database_size(current_database())) as size`,
  );
  return { state: 'ok', subject, said: `PostgreSQL ${rows[0]?.version}, ${rows[0]?.size}` };
}

/** Beside the migration runner, both in the sources and in dist. */
const MIGRATIONS = new URL('../db/migrations/', import.meta.url);

async function findSchemaFaults(client: Client): Promise<readonly Finding[]> {
  const subject = 'schema';
  const files = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort();
  const { rows: found } = await client.query<{ name: string | null }>(
    `select to_regclass('public.applied_migrations')::text as name`,
  );
  const { rows } =
    found[0]?.name === null
      ? { rows: [] }
      : await client.query<{ name: string }>('select name from applied_migrations order by name');
  const applied = rows.map(({ name }) => name);
  const missing = files.filter((name) => !applied.includes(name));
  const unknown = applied.filter((name) => !files.includes(name));
  if (unknown.length > 0) {
    const said = `was migrated by a newer version (${unknown.join(', ')})`;
    return [{ state: 'wrong', subject, said, todo: 'Run that version.' }];
  }
  if (missing.length === 0) return [{ state: 'ok', subject, said: `${applied.length} migrations, all applied` }];
  return [
    { state: 'advice', subject, said: `${missing.length} migrations to come`, todo: 'The next start applies them.' },
  ];
}

const SKEW_MS_MAX = 2_000;

async function findClockFault(client: Client): Promise<Finding> {
  const before = Date.now();
  const { rows } = await client.query<{ now: number }>(
    'select extract(epoch from clock_timestamp())::float8 * 1000 as now',
  );
  const skewMs = Math.round((rows[0]?.now ?? 0) - (before + Date.now()) / 2);
  const said = `${Math.abs(skewMs)} ms ${skewMs < 0 ? 'ahead of' : 'behind'} the database's`;
  if (Math.abs(skewMs) <= SKEW_MS_MAX) return { state: 'ok', subject: 'clock', said };
  return {
    state: 'wrong',
    subject: 'clock',
    said,
    todo: 'Run an NTP client on both: hits carry the collector’s time.',
  };
}

async function findRoleFaults(client: Client, url: string): Promise<readonly Finding[]> {
  const subject = 'row-level security';
  const { rows } = await client
    .query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and not (c.relrowsecurity and c.relforcerowsecurity) and has_table_privilege('${APP_ROLE}', c.oid, 'select')`,
    )
    .catch(() => ({ rows: [] }));
  const findings: Finding[] = rows.map(({ name }) => ({
    state: 'wrong',
    subject,
    said: `is off for ${name}: organizations could see each other's rows`,
    todo: `Run: alter table ${name} enable row level security; alter table ${name} force row level security;`,
  }));
  const databases = openDatabases(url, { poolMax: 1 });
  try {
    await databases.app.selectNoFrom(({ val }) => val(1).as('one')).execute();
    await databases.system.selectNoFrom(({ val }) => val(1).as('one')).execute();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    findings.push({
      state: 'wrong',
      subject: 'roles',
      said,
      todo: `Connections must run as ${APP_ROLE} and ${SYSTEM_ROLE}; the first start makes them.`,
    });
  } finally {
    await databases.close();
  }
  return findings.length > 0 ? findings : [{ state: 'ok', subject, said: 'holds for every organization’s tables' }];
}

/** Two pools of ten, the leader, a listener, and room for the administrator. */
const CONNECTIONS_PER_PROCESS = 25;

async function findConnectionFault(client: Client): Promise<Finding> {
  const { rows } = await client.query<{ used: number; most: number }>(
    `select count(*)::int as used, current_setting('max_connections')::int as most from pg_stat_activity where backend_type = 'client backend'`,
  );
  const { used = 0, most = 0 } = rows[0] ?? {};
  const said = `${used} of ${most} connections in use`;
  if (most - used >= CONNECTIONS_PER_PROCESS) return { state: 'ok', subject: 'connections', said };
  return {
    state: 'advice',
    subject: 'connections',
    said,
    todo: `Raise max_connections: each process takes up to ${CONNECTIONS_PER_PROCESS}.`,
  };
}

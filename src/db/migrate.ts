import { readdir, readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { sha256 } from '../kit/crypto.ts';
import type { Log } from '../kit/log.ts';
import { ensureRoles, isSqlState, RightsError } from './roles.ts';

// In: the owner's address and the numbered SQL files. Out: a database that has had each file exactly once, in order,
// each in its own transaction together with its line in applied_migrations. Any number of nodes may call this at the
// same time. What must never happen: a file applied twice, or an applied file that changed afterwards going unnoticed.

/** Applies what is missing and answers the names of the files it applied. Throws MigrationError or RightsError. */
export async function migrate(url: string, log: Log, options: MigrateOptions = {}): Promise<readonly string[]> {
  const files = await readMigrations(options.folder ?? MIGRATIONS);
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS_MAX });
  client.on('error', (error) => log.warn({ error: error.message }, 'database.connection_lost'));
  await client.connect();
  try {
    const applied: string[] = [];
    for (;;) {
      const name = await applyNext(client, files);
      if (name === null) return applied;
      log.info({ migration: name }, 'database.migrated');
      applied.push(name);
    }
  } finally {
    await client.end();
  }
}

export interface MigrateOptions {
  /** Where the SQL files are; the product's own when not given. */
  readonly folder?: URL;
}

/** The database and this version's files do not fit; the message says what to do. */
export class MigrationError extends Error {}

interface Migration {
  readonly name: string;
  readonly text: string;
  /** SHA-256, hex, of the text with line ends as \n: a checkout on Windows is the same file. */
  readonly checksum: string;
}

/** Beside this file both in the sources and, copied by the build, in dist. */
const MIGRATIONS = new URL('./migrations/', import.meta.url);
const FILE_NAME = /^\d{4}-[a-z0-9-]+\.sql$/;
const CONNECT_MS_MAX = 10_000;
/** How long one node waits for another one's migration, and a migration for a table that is in use. */
const LOCK_WAIT_MS_MAX = 300_000;
/** Any number that no other program's advisory lock uses: the ASCII of "mailtrac". */
const LOCK_KEY = '7881702179103891811';

async function readMigrations(folder: URL): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => FILE_NAME.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n');
      return { name, text, checksum: sha256(text).toString('hex') };
    }),
  );
}

/** One file in one transaction under the lock; null when none is missing. */
async function applyNext(client: Client, files: readonly Migration[]): Promise<string | null> {
  await client.query('begin');
  try {
    await client.query(`set local lock_timeout = ${LOCK_WAIT_MS_MAX}`);
    await client.query('select pg_advisory_xact_lock($1::bigint)', [LOCK_KEY]);
    await ensureRoles(client);
    const next = toNextMigration(files, await readApplied(client));
    if (next !== null) {
      await client.query(next.text);
      await client.query('insert into public.applied_migrations (name, checksum) values ($1, $2)', [
        next.name,
        next.checksum,
      ]);
    }
    await client.query('commit');
    return next?.name ?? null;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw isSqlState(error, '42501') ? await toOwnerError(client, error) : error;
  }
}

async function readApplied(client: Client): Promise<ReadonlyMap<string, string>> {
  const table = await client.query<{ name: string | null }>(
    `select to_regclass('public.applied_migrations')::text as name`,
  );
  if (table.rows[0]?.name === null) {
    await client.query(
      'create table public.applied_migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())',
    );
  }
  const rows = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from public.applied_migrations',
  );
  return new Map(rows.rows.map((row) => [row.name, row.checksum]));
}

function toNextMigration(files: readonly Migration[], applied: ReadonlyMap<string, string>): Migration | null {
  for (const [name, checksum] of applied) {
    const file = files.find((candidate) => candidate.name === name);
    if (file === undefined) {
      throw new MigrationError(
        `The database already has the migration ${name}, which this version does not know: it was migrated by a newer version. Install that version, or restore a backup from before it.`,
      );
    }
    if (file.checksum !== checksum) {
      throw new MigrationError(
        `The migration ${name} was changed after it had been applied to this database. Put its original text back and write what changed as a new file.`,
      );
    }
  }
  return files.find((file) => !applied.has(file.name)) ?? null;
}

async function toOwnerError(client: Client, cause: unknown): Promise<RightsError> {
  const answer = await client.query<{ user: string; database: string }>(
    'select quote_ident(current_user) as user, quote_ident(current_database()) as database',
  );
  const { user, database } = answer.rows[0] ?? { user: 'current_user', database: 'the database' };
  const said = cause instanceof Error ? cause.message : String(cause);
  return new RightsError(
    `The database user ${user} may not make tables in ${database} (${said}). Ask the administrator to run: alter database ${database} owner to ${user};`,
    { cause },
  );
}

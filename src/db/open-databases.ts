import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { type Log, silentLog } from '../kit/log.ts';
import { APP_ROLE, type DatabaseRole, SYSTEM_ROLE } from './roles.ts';
import type { Schema } from './schema.ts';

// In: the owner's address. Out: two pools on it, each of whose connections runs as one role for its whole life. What
// must never happen: a query that runs as the owner or as a role that row-level security does not bind; each new
// connection is therefore asked who it is before anybody gets it. A lost connection is an error, never a crash.

/**
 * Connects lazily, with the first query. Where the address is still to come (an embedded server that starts), queries
 * wait for it, and fail as it fails.
 */
export function openDatabases(url: string | Promise<string>, options: DatabasesOptions = {}): Databases {
  const log = options.log ?? silentLog;
  const max = options.poolMax ?? POOL_MAX;
  const pool = { max, log, connectMsMax: options.connectMsMax ?? CONNECT_MS_MAX };
  const app = openRole(url, {
    ...pool,
    role: APP_ROLE,
    statementMsMax: options.statementMsMax ?? APP_STATEMENT_MS_MAX,
  });
  const system = openRole(url, {
    ...pool,
    role: SYSTEM_ROLE,
    statementMsMax: options.statementMsMax ?? SYSTEM_STATEMENT_MS_MAX,
  });
  let known = typeof url === 'string' ? url : null;
  if (typeof url !== 'string') {
    url.then(
      (come) => {
        known = come;
      },
      () => undefined,
    );
  }
  let closed: Promise<unknown> | null = null;
  return {
    app,
    system,
    get url() {
      if (known === null) throw new Error('the address of the database is not known yet');
      return known;
    },
    close: async () => {
      closed ??= Promise.all([app.destroy(), system.destroy()]);
      await closed;
    },
  };
}

export interface Databases {
  /** Sees one organization, and only inside withTenant; everywhere else it sees no rows. */
  readonly app: Kysely<Schema>;
  /** Sees every organization: process, jobs, sign-in. */
  readonly system: Kysely<Schema>;
  /** The owner's address, with its password: for migrations, never for a log. Throws while it is not known. */
  readonly url: string;
  close(): Promise<void>;
}

export interface DatabasesOptions {
  /** Connections per role; 10 when not given. */
  readonly poolMax?: number;
  /** For commands that count everything; what people wait for keeps the defaults. */
  readonly statementMsMax?: number;
  /** Waiting for a free or a new connection; then the query fails. 5 s when not given. */
  readonly connectMsMax?: number;
  readonly log?: Log;
}

/** A connection does not run as the role it was made for. */
export class RoleError extends Error {}

const POOL_MAX = 10;
const CONNECT_MS_MAX = 5_000;
const IDLE_MS_MAX = 30_000;
const IDLE_IN_TRANSACTION_MS_MAX = 60_000;
/** A screen's question. Past this the server cancels it. */
const APP_STATEMENT_MS_MAX = 15_000;
/** A batch, a purge, an export. */
const SYSTEM_STATEMENT_MS_MAX = 300_000;
/** When the server itself is gone without a word, the client gives up this much after the server should have. */
const SILENT_SERVER_MS = 5_000;

interface RolePool {
  readonly role: DatabaseRole;
  readonly statementMsMax: number;
  readonly max: number;
  readonly connectMsMax: number;
  readonly log: Log;
}

function openRole(url: string | Promise<string>, role: RolePool): Kysely<Schema> {
  const pool = typeof url === 'string' ? openPool(url, role) : () => url.then((come) => openPool(come, role));
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}

function openPool(url: string, { role, statementMsMax, max, connectMsMax, log }: RolePool): pg.Pool {
  const { address, addressOptions } = splitOptions(url);
  const pool = new pg.Pool({
    connectionString: address,
    options: [
      ...addressOptions,
      `-c role=${role}`,
      '-c timezone=UTC',
      `-c statement_timeout=${statementMsMax}`,
      `-c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_MS_MAX}`,
    ].join(' '),
    query_timeout: statementMsMax + SILENT_SERVER_MS,
    max,
    connectionTimeoutMillis: connectMsMax,
    idleTimeoutMillis: IDLE_MS_MAX,
    keepAlive: true,
    application_name: role,
    types: { getTypeParser: toTypeParser },
    verify: (client, done) => verifyRole(client, role).then(() => done(), done),
  });
  // Also while a transaction is between two queries, when nobody else listens: an unheard error ends the process.
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn({ role, error: error.message }, 'database.connection_lost'));
  });
  pool.on('error', () => undefined);
  return pool;
}

/** The address's own `options` would replace the pool's, role and all: they are joined instead. */
function splitOptions(url: string): { address: string; addressOptions: readonly string[] } {
  const parsed = new URL(url);
  const addressOptions = parsed.searchParams.getAll('options');
  if (addressOptions.length === 0) return { address: url, addressOptions };
  parsed.searchParams.delete('options');
  return { address: parsed.href, addressOptions };
}

const INT8_OID = 20;
const DATE_OID = 1082;

/** bigint as a number, date as its text: the driver's default makes a date midnight in this machine's time zone. */
function toTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === INT8_OID) return Number;
  if (oid === DATE_OID) return (text: string) => text;
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
}

/** A transaction pooler drops the start-up options, some without a word: then everything would run as the owner. */
async function verifyRole(client: pg.ClientBase, role: DatabaseRole): Promise<void> {
  const answer = await client.query<{ name: string; is_unbound: boolean }>(
    'select rolname as name, rolsuper or rolbypassrls as is_unbound from pg_roles where rolname = current_user',
  );
  const current = answer.rows[0];
  if (current?.name !== role) {
    throw new RoleError(
      `Connections to the database run as ${current?.name ?? 'an unknown role'} instead of ${role}: something between here and PostgreSQL (a pooler such as pgbouncer) drops the connection's options. Set DATABASE_URL to PostgreSQL itself.`,
    );
  }
  if (current.is_unbound) {
    throw new RoleError(
      `The role ${role} is a superuser or has BYPASSRLS, so organizations would not be kept apart. Run: alter role ${role} nosuperuser nobypassrls;`,
    );
  }
}

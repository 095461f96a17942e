import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Databases } from '../../src/db/open-databases.ts';
import { APP_ROLE, SYSTEM_ROLE } from '../../src/db/roles.ts';
import type { Schema } from '../../src/db/schema.ts';

const CLAUSE = /(?:"?\w+"?\.)?"?organization_id"? = (\$\d+)/g;

/**
 * The same database as the application sees it when every "where organization_id = …" was forgotten: each such clause
 * is taken out of what is sent. `forgotten` counts them. With
 * `isUnbound` row-level security is forgotten as well, to see that leaks are found at all.
 */
export function openForgetful(
  databases: Databases,
  { isUnbound }: { isUnbound: boolean },
): Databases & { readonly forgotten: () => number } {
  let forgotten = 0;
  const pool = new pg.Pool({
    connectionString: databases.url,
    options: `-c role=${isUnbound ? SYSTEM_ROLE : APP_ROLE} -c timezone=UTC`,
    max: 4,
    types: { getTypeParser: toTypeParser },
  });
  pool.on('connect', (client) => {
    const send = client.query.bind(client) as (text: unknown, ...rest: unknown[]) => unknown;
    const forget = (text: unknown, ...rest: unknown[]) =>
      send(typeof text === 'string' ? toForgetful(text) : text, ...rest);
    Object.assign(client, { query: forget });
  });
  const toForgetful = (text: string) =>
    (isUnbound ? text.replace("set_config('role', $1, true)", '$1::text') : text).replace(
      CLAUSE,
      (_clause, parameter: string) => {
        forgotten += 1;
        return `(${parameter}::uuid is not null)`;
      },
    );
  const app = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return { ...databases, app, close: () => app.destroy(), forgotten: () => forgotten };
}

const INT8_OID = 20;
const DATE_OID = 1082;

/** As openDatabases reads them. */
function toTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === INT8_OID) return Number;
  if (oid === DATE_OID) return (text: string) => text;
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
}

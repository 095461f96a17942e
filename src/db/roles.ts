import type { Client } from 'pg';

/** The two roles all running connections take; the owner (the user of the address) only migrates. */
export const APP_ROLE = 'mailtracker_app';
export const SYSTEM_ROLE = 'mailtracker_system';
export type DatabaseRole = typeof APP_ROLE | typeof SYSTEM_ROLE;

const ROLES: readonly DatabaseRole[] = [APP_ROLE, SYSTEM_ROLE];

/** The database's user lacks a right; the message holds the statements that grant it. */
export class RightsError extends Error {}

/**
 * Makes sure that both roles exist and that the current user may take them. Roles belong to the whole cluster, so
 * another database or another node may be making them at this moment. Runs inside a transaction; throws RightsError
 * with the statements for the administrator.
 */
export async function ensureRoles(client: Client): Promise<void> {
  if (await hasRoles(client)) return;
  await client.query('savepoint make_roles');
  try {
    for (const role of ROLES) await createRole(client, role);
    await client.query(`grant ${ROLES.join(', ')} to current_user`);
  } catch (error) {
    if (!isSqlState(error, INSUFFICIENT_PRIVILEGE)) throw error;
    await client.query('rollback to savepoint make_roles');
  }
  if (!(await hasRoles(client))) throw await toRightsError(client);
}

const INSUFFICIENT_PRIVILEGE = '42501';
const ALREADY_THERE = ['42710', '23505'];

/**
 * Both to take (since PostgreSQL 16 a member may lack the right to SET ROLE) and to inherit: a migration that fills
 * in rows runs as the owner, and without the system role's policy it would silently find none.
 */
async function hasRoles(client: Client): Promise<boolean> {
  const answer = await client.query<{ usable: number }>(
    `select count(*)::int as usable from pg_roles where rolname = any($1::text[])
       and pg_has_role(current_user, oid, 'USAGE') and pg_has_role(current_user, oid, case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)`,
    [ROLES],
  );
  return answer.rows[0]?.usable === ROLES.length;
}

/** In a savepoint of its own: a role that another node made first must not undo the other one. */
async function createRole(client: Client, role: DatabaseRole): Promise<void> {
  const known = await client.query('select from pg_roles where rolname = $1', [role]);
  if (known.rowCount !== 0) return;
  await client.query('savepoint create_role');
  try {
    await client.query(`create role ${role} nologin noinherit`);
  } catch (error) {
    await client.query('rollback to savepoint create_role');
    if (!ALREADY_THERE.some((state) => isSqlState(error, state))) throw error;
  }
}

async function toRightsError(client: Client): Promise<RightsError> {
  await client.query('rollback');
  const answer = await client.query<{ name: string; present: string[] }>(
    `select quote_ident(current_user) as name, array(select rolname::text from pg_roles where rolname = any($1::text[])) as present`,
    [ROLES],
  );
  const { name: user, present } = answer.rows[0] ?? { name: 'current_user', present: [] };
  const missing = ROLES.filter((role) => !present.includes(role));
  return new RightsError(
    [
      `The database user ${user} can neither make nor take and inherit the roles that keep organizations apart. Ask the administrator to run once:`,
      ...missing.map((role) => `  create role ${role} nologin noinherit;`),
      `  alter role ${user} inherit;`,
      `  revoke ${ROLES.join(', ')} from ${user};`,
      `  grant ${ROLES.join(', ')} to ${user};`,
      'Then start again.',
    ].join('\n'),
  );
}

export function isSqlState(error: unknown, state: string): boolean {
  return error instanceof Error && 'code' in error && error.code === state;
}

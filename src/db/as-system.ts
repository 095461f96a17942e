import { sql, type Transaction } from 'kysely';
import { APP_ROLE, SYSTEM_ROLE } from './roles.ts';
import type { Schema } from './schema.ts';

/**
 * Runs `work` of a tenant's transaction (withTenant) as the system role, which sees every organization, and goes back.
 * For what belongs to people rather than to an organization: accounts and sessions. Each of its queries must name
 * whose rows it means. When `work` throws, so must the transaction.
 */
export async function asSystem<T>(trx: Transaction<Schema>, work: () => Promise<T>): Promise<T> {
  await sql`select set_config('role', ${SYSTEM_ROLE}, true)`.execute(trx);
  const result = await work();
  await sql`select set_config('role', ${APP_ROLE}, true)`.execute(trx);
  return result;
}

import { sql, type Transaction } from 'kysely';
import type { OrganizationId } from '../domain/ids.ts';
import type { Databases } from './open-databases.ts';
import { APP_ROLE } from './roles.ts';
import type { Schema } from './schema.ts';

/**
 * Runs `work` in one transaction that sees and may write this organization's rows only. Use one per request, not one
 * per query: it costs three round trips. Queries still name the organization in their WHERE (then the policy costs
 * nothing per row). Role and organization end with the transaction.
 */
export async function withTenant<T>(
  databases: Pick<Databases, 'app'>,
  organizationId: OrganizationId,
  work: (trx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  return databases.app.transaction().execute(async (trx) => {
    await sql`select set_config('role', ${APP_ROLE}, true), set_config('app.organization_id', ${organizationId}, true)`.execute(
      trx,
    );
    return work(trx);
  });
}

import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { OrganizationId, PersonId } from '../domain/ids.ts';

/**
 * Whether nobody can sign in as the person and no other organization knows them: only then may an invitation of this
 * one set their password, or one organization could take over another one's member. As the system role.
 */
export async function isUnclaimed(
  trx: Transaction<Schema>,
  personId: PersonId,
  organizationId: OrganizationId,
): Promise<boolean> {
  const { rows } = await sql<{ yes: boolean }>`
    select not exists (select from accounts where user_id = ${personId})
      and not exists (select from organization_users where user_id = ${personId} and organization_id <> ${organizationId}) as yes`.execute(
    trx,
  );
  return rows[0]?.yes ?? false;
}

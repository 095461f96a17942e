import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import type { SignatureFields } from './render-signature.ts';

/** What a signature says of a member; null when the organization has no such member. */
export async function readSignatureFields(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  memberId: MemberId,
): Promise<SignatureFields | null> {
  const row = await trx
    .selectFrom('organization_users as member')
    .innerJoin('organizations as organization', 'organization.id', 'member.organization_id')
    .innerJoin('users as person', 'person.id', 'member.user_id')
    .leftJoin('departments as department', 'department.id', 'member.department_id')
    .where('member.organization_id', '=', organizationId)
    .where('member.id', '=', memberId)
    .select([
      'member.name as memberName',
      'person.name as personName',
      'person.email',
      'member.title as jobTitle',
      'member.phone',
      'department.name as department',
      'organization.name as company',
    ])
    .executeTakeFirst();
  if (row === undefined) return null;
  const { memberName, personName, ...fields } = row;
  return { fullName: memberName ?? personName, ...fields };
}

import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';

export const ERASED_NAME = 'an erased member';

/**
 * Takes a member's name, and what was noted about them, out of the log; that something was done, when and by which id
 * stays. As the system role: the application may not change a line.
 */
export async function redactMember(trx: Transaction<Schema>, member: RedactedMember): Promise<void> {
  const { organizationId, memberId, subjectIds } = member;
  await sql`update audit_log set actor_name = ${ERASED_NAME}
    where organization_id = ${organizationId} and actor_id = ${memberId}`.execute(trx);
  await sql`update audit_log set subject = ${ERASED_NAME}, before = null, after = null
    where organization_id = ${organizationId} and subject_id = any(${[memberId, ...subjectIds]}::text[])`.execute(trx);
}

export interface RedactedMember {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  /** What else was about them, such as their invitations. */
  readonly subjectIds: readonly string[];
}

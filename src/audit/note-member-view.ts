import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import type { Actor } from './record-audit.ts';

export interface MemberView {
  readonly organizationId: OrganizationId;
  readonly actor: Actor;
  readonly memberId: MemberId;
}

/** A line that `actor` looked at the member's figures: the first time of each UTC day, whatever is asked at once. */
export async function noteMemberView(trx: Transaction<Schema>, view: MemberView): Promise<void> {
  if (await isNoted(trx, view)) return;
  const { organizationId, actor, memberId } = view;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`member.viewed ${memberId}`}, 0))`.execute(trx);
  if (await isNoted(trx, view)) return;
  await sql`
    insert into audit_log (organization_id, actor_id, actor_name, action, subject_id, subject)
    select ${organizationId}, ${actor.id}, ${actor.name}, 'member.viewed', member.id::text, coalesce(member.name, person.name)
    from organization_users member join users person on person.id = member.user_id
    where member.organization_id = ${organizationId} and member.id = ${memberId}`.execute(trx);
}

async function isNoted(trx: Transaction<Schema>, { organizationId, actor, memberId }: MemberView): Promise<boolean> {
  const { rows } = await sql`
    select from audit_log where organization_id = ${organizationId} and action = 'member.viewed'
      and subject_id = ${memberId} and actor_id is not distinct from ${actor.id}::uuid and actor_name = ${actor.name}
      and at >= date_trunc('day', now(), 'UTC') limit 1`.execute(trx);
  return rows.length > 0;
}

import type { Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import { toChanges } from '../audit/to-changes.ts';
import { asSystem } from '../db/as-system.ts';
import type { MemberRole, Schema } from '../db/schema.ts';
import type { AuditAction } from '../domain/audit-action.ts';
import type { DepartmentId, MemberId, OrganizationId, PersonId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import type { PersonalMode } from '../domain/settings.ts';
import { PeopleError } from './people-error.ts';
import { type Member, readMember } from './read-members.ts';
import { takeSeat } from './seats.ts';

// In: who acts on which member. Out: the change and its line of the audit log, together. What must never happen: an
// organization without an active owner, an admin who makes or removes an owner or another admin, a session that
// outlives the membership it was used for.

/** Every change of members takes this lock first, so that two owners cannot remove each other at the same moment. */
async function lockOrganization(trx: Transaction<Schema>, organizationId: OrganizationId): Promise<void> {
  await trx.selectFrom('organizations').where('id', '=', organizationId).select('id').forUpdate().execute();
}

export interface MemberAct {
  readonly organizationId: OrganizationId;
  readonly actor: Actor;
  /** The actor's; what an operator does has the owner's. */
  readonly actorRole: MemberRole;
  readonly memberId: MemberId;
}

/** What is left out stays. */
export interface MemberProfile {
  readonly name?: string | undefined;
  readonly title?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly timezone?: string | null | undefined;
  readonly departmentId?: DepartmentId | null | undefined;
}

/** Throws PeopleError unknown_member, unknown_department or owner_needed. */
export async function changeProfile(
  trx: Transaction<Schema>,
  act: MemberAct & { readonly profile: MemberProfile },
): Promise<Member> {
  const member = await requireMember(trx, act);
  if (act.actor.id !== member.id) requireRankOver(act, member);
  const { name, title, phone, timezone, departmentId } = act.profile;
  if (departmentId) await requireDepartment(trx, act.organizationId, departmentId);
  const given = { name, title, phone, timezone, department_id: departmentId };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return store(trx, act, { member, set, action: 'member.changed' });
}

/** A member's own wish; nobody else sets it. */
export async function restrictTracking(
  trx: Transaction<Schema>,
  act: MemberAct & { readonly trackingMode: PersonalMode },
): Promise<Member> {
  const member = await requireMember(trx, act);
  return store(trx, act, { member, set: { tracking_mode: act.trackingMode }, action: 'member.restricted' });
}

/** Owners only. Throws PeopleError unknown_member, owner_needed or last_owner. */
export async function changeRole(
  trx: Transaction<Schema>,
  act: MemberAct & { readonly role: MemberRole },
): Promise<Member> {
  const member = await requireMember(trx, act);
  if (act.actorRole !== 'owner') throw new PeopleError('owner_needed', 'Only an owner changes roles.');
  if (member.role === 'owner' && act.role !== 'owner') await requireOtherOwner(trx, act);
  return store(trx, act, { member, set: { role: act.role }, action: 'member.role_changed' });
}

/**
 * The member can no longer enter, from this moment on: their sessions end with the transaction, or leave this
 * organization where they have another one. Their pixel goes on. Throws PeopleError unknown_member, owner_needed,
 * is_yourself or last_owner.
 */
export async function deactivateMember(trx: Transaction<Schema>, act: MemberAct & { readonly now: Date }) {
  const member = await requireMember(trx, act);
  requireRankOver(act, member);
  if (act.actor.id === member.id)
    throw new PeopleError('is_yourself', 'You cannot deactivate yourself. Ask another owner or admin.');
  if (member.deactivatedAt !== null) return member;
  if (member.role === 'owner') await requireOtherOwner(trx, act);
  const changed = await store(trx, act, { member, set: { deactivated_at: act.now }, action: 'member.deactivated' });
  await asSystem(trx, () => endSessions(trx, act.organizationId, member.personId));
  return changed;
}

/** Takes a seat. Throws PeopleError unknown_member, owner_needed or no_free_seat. */
export async function reactivateMember(trx: Transaction<Schema>, act: MemberAct & { readonly plan: Plan }) {
  const member = await requireMember(trx, act);
  requireRankOver(act, member);
  if (member.deactivatedAt === null) return member;
  await takeSeat(trx, act.organizationId, act.plan);
  return store(trx, act, { member, set: { deactivated_at: null }, action: 'member.reactivated' });
}

async function requireMember(trx: Transaction<Schema>, act: MemberAct): Promise<Member> {
  await lockOrganization(trx, act.organizationId);
  const member = await readMember(trx, act.organizationId, act.memberId);
  if (member === null) throw new PeopleError('unknown_member', 'The member was not found.');
  return member;
}

/** Owners act on everybody, admins on members. */
function requireRankOver({ actor, actorRole }: MemberAct, member: Member): void {
  if (actorRole === 'owner' || (actorRole === 'admin' && (member.role === 'member' || member.id === actor.id))) return;
  throw new PeopleError('owner_needed', `${member.name} is an ${member.role}: only an owner can do this.`);
}

async function requireOtherOwner(trx: Transaction<Schema>, { organizationId, memberId }: MemberAct): Promise<void> {
  const other = await trx
    .selectFrom('organization_users')
    .where('organization_id', '=', organizationId)
    .where('id', '<>', memberId)
    .where('role', '=', 'owner')
    .where('deactivated_at', 'is', null)
    .select('id')
    .executeTakeFirst();
  if (!other) throw new PeopleError('last_owner', 'This is the last owner. Make somebody else an owner first.');
}

async function requireDepartment(trx: Transaction<Schema>, organizationId: OrganizationId, id: DepartmentId) {
  const found = await trx
    .selectFrom('departments')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .select('id')
    .executeTakeFirst();
  if (!found)
    throw new PeopleError('unknown_department', 'no department of your organization has this id', 'departmentId');
}

interface Change {
  readonly member: Member;
  readonly set: Readonly<Record<string, unknown>>;
  readonly action: AuditAction;
}

async function store(trx: Transaction<Schema>, act: MemberAct, { member, set, action }: Change): Promise<Member> {
  const { organizationId, actor } = act;
  if (Object.keys(set).length === 0) return member;
  await trx
    .updateTable('organization_users')
    .set(set)
    .where('organization_id', '=', organizationId)
    .where('id', '=', member.id)
    .execute();
  const changed = await readMember(trx, organizationId, member.id);
  if (changed === null) throw new Error('a member vanished from under its lock');
  const changes = toChanges(toAudited(member), toAudited(changed));
  const subject = { id: member.id, name: changed.name };
  if (changes !== null) await recordAudit(trx, { organizationId, actor, action, subject, ...changes });
  return changed;
}

function toAudited({ name, title, phone, timezone, department, role, trackingMode, deactivatedAt }: Member) {
  const department_ = department?.name ?? null;
  return { name, title, phone, timezone, department: department_, role, trackingMode, deactivatedAt };
}

/** Those of a person who has no other organization to enter. */
async function endSessions(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  personId: PersonId,
): Promise<void> {
  const elsewhere = await trx
    .selectFrom('organization_users')
    .where('user_id', '=', personId)
    .where('deactivated_at', 'is', null)
    .select('id')
    .executeTakeFirst();
  if (!elsewhere) await trx.deleteFrom('sessions').where('user_id', '=', personId).execute();
  else
    await trx
      .updateTable('sessions')
      .set({ active_organization_id: null })
      .where('user_id', '=', personId)
      .where('active_organization_id', '=', organizationId)
      .execute();
}

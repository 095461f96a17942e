import { sql, type Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import { asSystem } from '../db/as-system.ts';
import type { InvitationStatus, MemberRole, Schema } from '../db/schema.ts';
import type { DepartmentId, MemberId, OrganizationId, PersonId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import { isUnclaimed } from './is-unclaimed.ts';
import { createLinkToken } from './link-token.ts';
import { PeopleError } from './people-error.ts';
import { lockSeats, takeSeat } from './seats.ts';

// In: whom an admin asks in. Out: a pending invitation that holds a seat, and its link's token, once. What must never
// happen: a token in the database, a second open invitation for one address, an invitation beyond the seats.

export const INVITATION_DAYS = 7;
const EXPIRY = sql<Date>`now() + make_interval(days => ${INVITATION_DAYS})`;

export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly role: MemberRole;
  readonly departmentId: DepartmentId | null;
  readonly title: string | null;
  readonly phone: string | null;
  /** `expired`: still stored as pending, and no longer of any use. */
  readonly status: InvitationStatus | 'expired';
  readonly invitedBy: string;
  readonly sentAt: Date | null;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

/** With the token of its link, which is nowhere else. */
export interface IssuedInvitation {
  readonly invitation: Invitation;
  readonly token: string;
}

export interface InvitationAct {
  readonly organizationId: OrganizationId;
  readonly actor: Actor;
  readonly actorRole: MemberRole;
}

export interface InvitationDraft {
  /** Lower case. */
  readonly email: string;
  readonly name?: string | undefined;
  readonly role: MemberRole;
  readonly departmentId?: DepartmentId | undefined;
  readonly title?: string | undefined;
  readonly phone?: string | undefined;
}

/**
 * Asks somebody in. A member who has no way to sign in yet (imported) may be invited too, and takes no second seat.
 * Throws PeopleError owner_needed, already_member, already_invited, unknown_department or no_free_seat.
 */
export async function createInvitation(
  trx: Transaction<Schema>,
  act: InvitationAct & { readonly personId: PersonId; readonly plan: Plan; readonly draft: InvitationDraft },
): Promise<IssuedInvitation> {
  const { organizationId, draft } = act;
  requireRankFor(act.actorRole, draft.role);
  await lockSeats(trx, organizationId, act.plan);
  const memberId = await readMemberToClaim(trx, organizationId, draft.email);
  await clearWay(trx, organizationId, draft.email);
  if (memberId === null) await takeSeat(trx, organizationId, act.plan);
  if (draft.departmentId !== undefined) await requireDepartment(trx, organizationId, draft.departmentId);
  const token = createLinkToken();
  const row = await trx
    .insertInto('organization_invitations')
    .values({
      organization_id: organizationId,
      email: draft.email,
      name: draft.name ?? null,
      role: draft.role,
      department_id: draft.departmentId ?? null,
      title: draft.title ?? null,
      phone: draft.phone ?? null,
      inviter_id: act.personId,
      member_id: memberId,
      token_hash: token.hash,
      expires_at: EXPIRY,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { email, role } = draft;
  const subject = { id: row.id, name: email };
  await recordAudit(trx, { ...toEntry(act), action: 'invitation.created', subject, after: { email, role } });
  return { invitation: await requireInvitation(trx, organizationId, row.id), token: token.text };
}

/** A new link for seven more days; the former one ends. Throws PeopleError unknown_invitation, invitation_ended, owner_needed or no_free_seat. */
export async function renewInvitation(
  trx: Transaction<Schema>,
  act: InvitationAct & { readonly id: string; readonly plan: Plan },
): Promise<IssuedInvitation> {
  const { organizationId, id } = act;
  await lockSeats(trx, organizationId, act.plan);
  const invitation = await requireOpen(trx, act);
  if (invitation.status === 'expired') await takeSeat(trx, organizationId, act.plan);
  const token = createLinkToken();
  await trx
    .updateTable('organization_invitations')
    .set({ token_hash: token.hash, expires_at: EXPIRY })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
  const subject = { id, name: invitation.email };
  await recordAudit(trx, { ...toEntry(act), action: 'invitation.renewed', subject });
  return { invitation: await requireInvitation(trx, organizationId, id), token: token.text };
}

/** Its link ends and its seat is free. Throws PeopleError unknown_invitation, invitation_ended or owner_needed. */
export async function cancelInvitation(
  trx: Transaction<Schema>,
  act: InvitationAct & { readonly id: string },
): Promise<Invitation> {
  const { organizationId, id } = act;
  const invitation = await requireOpen(trx, act);
  await trx
    .updateTable('organization_invitations')
    .set({ status: 'canceled' })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
  const subject = { id, name: invitation.email };
  await recordAudit(trx, { ...toEntry(act), action: 'invitation.cancelled', subject });
  return { ...invitation, status: 'canceled' };
}

/** Notes that the letter went out. */
export async function markSent(trx: Transaction<Schema>, organizationId: OrganizationId, id: string): Promise<void> {
  await trx
    .updateTable('organization_invitations')
    .set({ sent_at: sql`now()` })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}

export interface InvitationsQuestion {
  readonly organizationId: OrganizationId;
  readonly limit: number;
  /** Continue after this invitation of the previous page. */
  readonly after: string | null;
  readonly isOpen: boolean;
}

/** Newest first. `next` is the `after` of the next page, null on the last. */
export async function readInvitations(
  trx: Transaction<Schema>,
  { organizationId, limit, after, isOpen }: InvitationsQuestion,
): Promise<{ readonly data: readonly Invitation[]; readonly next: string | null }> {
  let rows = selectInvitations(trx, organizationId)
    .orderBy('invitation.created_at', 'desc')
    .orderBy('invitation.id', 'desc')
    .limit(limit + 1);
  if (isOpen) rows = rows.where('invitation.status', '=', 'pending');
  if (after !== null)
    rows = rows.where(
      sql<boolean>`(invitation.created_at, invitation.id) < (select created_at, id from organization_invitations where organization_id = ${organizationId} and id = ${after})`,
    );
  const found = (await rows.execute()).map(toInvitation);
  const data = found.slice(0, limit);
  return { data, next: found.length > limit ? (data.at(-1)?.id ?? null) : null };
}

function requireRankFor(actorRole: MemberRole, role: MemberRole): void {
  if (role !== 'member' && actorRole !== 'owner')
    throw new PeopleError('owner_needed', `Only an owner invites an ${role}.`);
}

/** Null when nobody of the organization has the address; throws when who has it can sign in already. */
async function readMemberToClaim(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  email: string,
): Promise<MemberId | null> {
  const member = await trx
    .selectFrom('organization_users as member')
    .innerJoin('users as person', 'person.id', 'member.user_id')
    .where('member.organization_id', '=', organizationId)
    .where('person.email', '=', email)
    .select(['member.id', 'member.deactivated_at', 'member.user_id'])
    .executeTakeFirst();
  if (!member) return null;
  if (member.deactivated_at !== null)
    throw new PeopleError('already_member', `${email} was deactivated here. Reactivate that member instead.`, 'email');
  if (!(await asSystem(trx, () => isUnclaimed(trx, member.user_id, organizationId))))
    throw new PeopleError('already_member', `${email} is already a member.`, 'email');
  return member.id;
}

/** An expired one is closed, an open one stands in the way. */
async function clearWay(trx: Transaction<Schema>, organizationId: OrganizationId, email: string): Promise<void> {
  const open = await trx
    .selectFrom('organization_invitations')
    .where('organization_id', '=', organizationId)
    .where('email', '=', email)
    .where('status', '=', 'pending')
    .select(['id', sql<boolean>`expires_at <= now()`.as('is_expired')])
    .forUpdate()
    .executeTakeFirst();
  if (!open) return;
  if (!open.is_expired)
    throw new PeopleError('already_invited', `${email} has an open invitation. Renew it to get a new link.`, 'email');
  await trx
    .updateTable('organization_invitations')
    .set({ status: 'canceled' })
    .where('organization_id', '=', organizationId)
    .where('id', '=', open.id)
    .execute();
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

async function requireOpen(
  trx: Transaction<Schema>,
  act: InvitationAct & { readonly id: string },
): Promise<Invitation> {
  await trx
    .selectFrom('organization_invitations')
    .where('organization_id', '=', act.organizationId)
    .where('id', '=', act.id)
    .select('id')
    .forUpdate()
    .execute();
  const invitation = await requireInvitation(trx, act.organizationId, act.id);
  requireRankFor(act.actorRole, invitation.role);
  if (invitation.status === 'accepted')
    throw new PeopleError('invitation_ended', `${invitation.email} has accepted it already.`);
  if (invitation.status !== 'pending' && invitation.status !== 'expired')
    throw new PeopleError('invitation_ended', 'It was cancelled. Invite them anew.');
  return invitation;
}

async function requireInvitation(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  id: string,
): Promise<Invitation> {
  const row = await selectInvitations(trx, organizationId).where('invitation.id', '=', id).executeTakeFirst();
  if (!row) throw new PeopleError('unknown_invitation', 'The invitation was not found.');
  return toInvitation(row);
}

function selectInvitations(trx: Transaction<Schema>, organizationId: OrganizationId) {
  return trx
    .selectFrom('organization_invitations as invitation')
    .leftJoin('users as inviter', 'inviter.id', 'invitation.inviter_id')
    .where('invitation.organization_id', '=', organizationId)
    .select(['invitation.id', 'invitation.email', 'invitation.name', 'invitation.role', 'invitation.department_id'])
    .select(['invitation.title', 'invitation.phone', 'invitation.status', 'invitation.sent_at'])
    .select(['invitation.expires_at', 'invitation.created_at', 'inviter.name as inviter_name'])
    .select(sql<boolean>`invitation.expires_at <= now()`.as('is_expired'));
}

type InvitationRow = Awaited<ReturnType<ReturnType<typeof selectInvitations>['executeTakeFirstOrThrow']>>;

function toInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: (row.role ?? 'member') as MemberRole,
    departmentId: row.department_id,
    title: row.title,
    phone: row.phone,
    status: row.status === 'pending' && row.is_expired ? 'expired' : row.status,
    invitedBy: row.inviter_name ?? 'a former member',
    sentAt: row.sent_at,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
  };
}

function toEntry({ organizationId, actor }: InvitationAct) {
  return { organizationId, actor };
}

import { sql, type Transaction } from 'kysely';
import { recordAudit } from '../audit/record-audit.ts';
import type { Databases } from '../db/open-databases.ts';
import type { InvitationStatus, MemberRole, Schema } from '../db/schema.ts';
import type { DepartmentId, MemberId, OrganizationId, PersonId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import { type AddMemberTools, addMemberIn } from './add-member.ts';
import { hashPassword } from './hash-password.ts';
import { isUnclaimed } from './is-unclaimed.ts';
import { toLinkTokenHash } from './link-token.ts';
import { PeopleError } from './people-error.ts';
import { lockSeats, toFullText } from './seats.ts';

// In: the token of a link, and who holds it. Out: a member with their pixel, in one transaction with the invitation's
// end. What must never happen: a link used twice, a seat taken beyond the plan, a password set for somebody who has one.

/** What the page behind a link shows before anybody accepts. */
export interface InvitationSeen {
  readonly organizationName: string;
  readonly email: string;
  readonly name: string | null;
  /** True: the person signs in and accepts; false: they choose a password. */
  readonly hasAccount: boolean;
}

/** Throws PeopleError unknown_invitation or invitation_ended, each with what to do next. */
export async function readInvitation(databases: Databases, token: string): Promise<InvitationSeen> {
  return databases.system.transaction().execute(async (trx) => {
    const invitation = await requireOpen(trx, token);
    const person = await readPerson(trx, invitation);
    const { organizationName, email, name } = invitation;
    return { organizationName, email, name, hasAccount: person !== null && !person.isUnclaimed };
  });
}

export interface Acceptance {
  readonly token: string;
  /** A new person's; ignored for who has an account. */
  readonly name?: string | undefined;
  readonly password?: string | undefined;
  /** Who is signed in, with the id of the session to bring into the organization; null: nobody. */
  readonly signedIn: { readonly personId: PersonId; readonly sessionToken: string } | null;
}

export interface Accepted {
  readonly memberId: MemberId;
  readonly organizationId: OrganizationId;
  readonly organizationName: string;
  readonly email: string;
  readonly name: string;
  readonly role: MemberRole;
  /** True: sign them in with the password they chose. */
  readonly isNewPerson: boolean;
}

/**
 * Throws PeopleError unknown_invitation, invitation_ended, no_free_seat, sign_in_first or other_person, and AccountError
 * for a password that may not be used. The password is hashed before the transaction opens.
 */
export async function acceptInvitation(tools: AddMemberTools & { readonly plan: Plan }, input: Acceptance) {
  await readInvitation(tools.databases, input.token);
  const passwordHash = input.password === undefined ? null : await hashPassword(tools.auth, input.password);
  return tools.databases.system.transaction().execute((trx) => accept(trx, tools, { ...input, passwordHash }));
}

async function accept(
  trx: Transaction<Schema>,
  { plan, tokenKey }: { plan: Plan; tokenKey: Buffer },
  input: Acceptance & { passwordHash: string | null },
): Promise<Accepted> {
  const { organizationId } = await requireOpen(trx, input.token);
  const seats = await lockSeats(trx, organizationId, plan);
  const invitation = await requireOpen(trx, input.token);
  // The invitation holds a seat of its own; it has none when the plan shrank meanwhile.
  if (invitation.memberId === null && seats.seats > 0 && seats.active >= seats.seats)
    throw new PeopleError('no_free_seat', `${toFullText(seats)} Tell the admin who invited you.`);
  const person = await readPerson(trx, invitation);
  const isNewPerson = person === null || person.isUnclaimed;
  requireRightPerson(input, invitation.email, isNewPerson ? null : person.id);
  const name = (isNewPerson ? input.name : undefined) ?? invitation.name ?? person?.name ?? invitation.email;
  const passwordHash = isNewPerson ? input.passwordHash : null;
  const memberId = await storeMember(trx, { invitation, name, tokenKey, passwordHash });
  await trx
    .updateTable('organization_invitations')
    .set({ status: 'accepted', member_id: memberId })
    .where('organization_id', '=', organizationId)
    .where('id', '=', invitation.id)
    .execute();
  if (input.signedIn !== null && !isNewPerson) await enter(trx, input.signedIn.sessionToken, organizationId);
  const { email, role, organizationName } = invitation;
  const subject = { id: memberId, name };
  const entry = { action: 'invitation.accepted', subject, after: { email, role } } as const;
  await recordAudit(trx, { organizationId, actor: { id: memberId, name }, ...entry });
  return { memberId, organizationId, organizationName, email, name, role, isNewPerson };
}

function requireRightPerson(
  input: Acceptance & { passwordHash: string | null },
  email: string,
  known: PersonId | null,
) {
  if (known === null) {
    if (input.passwordHash === null)
      throw new PeopleError('sign_in_first', 'Choose a password to accept the invitation.', 'password');
    return;
  }
  if (input.signedIn === null)
    throw new PeopleError(
      'sign_in_first',
      `There is an account for ${email}. Sign in with it and open the link again.`,
    );
  if (input.signedIn.personId !== known)
    throw new PeopleError(
      'other_person',
      `The invitation is for ${email}. Sign out, sign in as that person and open the link again.`,
    );
}

interface NewMembership {
  readonly invitation: OpenInvitation;
  readonly name: string;
  readonly tokenKey: Buffer;
  readonly passwordHash: string | null;
}

/** A new member, or the imported one who could not sign in until now. */
async function storeMember(
  trx: Transaction<Schema>,
  { invitation, name, tokenKey, passwordHash }: NewMembership,
): Promise<MemberId> {
  const { organizationId, email, role, memberId } = invitation;
  if (memberId === null) {
    const { departmentId, title, phone } = invitation;
    const member = { organizationId, email, role, name, passwordHash, departmentId, title, phone };
    const added = await addMemberIn(trx, tokenKey, member);
    if (!added.isNewPerson) await storePassword(trx, added.personId, passwordHash);
    return added.memberId;
  }
  const { user_id: personId } = await trx
    .updateTable('organization_users')
    .set({ name })
    .where('organization_id', '=', organizationId)
    .where('id', '=', memberId)
    .returning('user_id')
    .executeTakeFirstOrThrow();
  await storePassword(trx, personId, passwordHash);
  return memberId;
}

/** For a person without one; null: they have one and are signed in with it. */
async function storePassword(trx: Transaction<Schema>, personId: PersonId, passwordHash: string | null): Promise<void> {
  if (passwordHash === null) return;
  await trx
    .insertInto('accounts')
    .values({ account_id: personId, provider_id: 'credential', user_id: personId, password: passwordHash })
    .execute();
}

/** The session goes on in the organization that was just entered. */
async function enter(trx: Transaction<Schema>, sessionToken: string, organizationId: OrganizationId): Promise<void> {
  await trx
    .updateTable('sessions')
    .set({ active_organization_id: organizationId })
    .where('token', '=', sessionToken)
    .execute();
}

interface OpenInvitation {
  readonly id: string;
  readonly organizationId: OrganizationId;
  readonly organizationName: string;
  readonly email: string;
  readonly name: string | null;
  readonly role: MemberRole;
  readonly departmentId: DepartmentId | undefined;
  readonly title: string | undefined;
  readonly phone: string | undefined;
  readonly memberId: MemberId | null;
}

/** Whoever waited for the seat's lock reads again: another one may have used the link meanwhile. */
async function requireOpen(trx: Transaction<Schema>, token: string): Promise<OpenInvitation> {
  const row = await trx
    .selectFrom('organization_invitations as invitation')
    .innerJoin('organizations as organization', 'organization.id', 'invitation.organization_id')
    .where('invitation.token_hash', '=', toLinkTokenHash(token))
    .select(['invitation.id', 'invitation.organization_id', 'invitation.email', 'invitation.name', 'invitation.role'])
    .select(['invitation.department_id', 'invitation.title', 'invitation.phone', 'invitation.member_id'])
    .select(['invitation.status', 'organization.name as organization_name'])
    .select(sql<boolean>`invitation.expires_at <= now()`.as('is_expired'))
    .executeTakeFirst();
  if (!row)
    throw new PeopleError(
      'unknown_invitation',
      'This link leads nowhere: part of it is missing, or a newer link replaced it. Look for the newest one, or ask who invited you for another.',
    );
  const ended = toEndedText(row.status, row.is_expired, row.organization_name);
  if (ended !== null) throw new PeopleError('invitation_ended', ended);
  return {
    id: row.id,
    organizationId: row.organization_id,
    organizationName: row.organization_name,
    email: row.email,
    name: row.name,
    role: (row.role ?? 'member') as MemberRole,
    departmentId: row.department_id ?? undefined,
    title: row.title ?? undefined,
    phone: row.phone ?? undefined,
    memberId: row.member_id,
  };
}

function toEndedText(status: InvitationStatus, isExpired: boolean, organization: string): string | null {
  if (status === 'accepted') return 'This invitation was used already. Sign in with your address and password instead.';
  if (status !== 'pending')
    return `This invitation was withdrawn. Ask an admin of ${organization} if that was a mistake.`;
  return isExpired ? `This invitation has expired. Ask an admin of ${organization} to renew it.` : null;
}

async function readPerson(trx: Transaction<Schema>, { email, organizationId }: OpenInvitation) {
  const row = await trx.selectFrom('users').where('email', '=', email).select(['id', 'name']).executeTakeFirst();
  return row === undefined ? null : { ...row, isUnclaimed: await isUnclaimed(trx, row.id, organizationId) };
}

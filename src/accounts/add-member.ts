import type { Transaction } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import type { DepartmentId, MemberId, OrganizationId, PersonId, PixelId } from '../domain/ids.ts';
import type { PixelToken } from '../domain/pixel-token.ts';
import { issueUserPixel } from '../signatures/issue-user-pixel.ts';
import { AccountError } from './account-error.ts';
import type { Auth } from './create-auth.ts';
import { hashPassword } from './hash-password.ts';

/**
 * Adds one member with person and user pixel in one transaction, as the system role. A person who already has an
 * account (another organization's) becomes a member with it: name and password stay theirs. Without a password
 * the person cannot sign in until one is set. The caller has judged the password and the organization's seats.
 */
export async function addMember({ databases, auth, tokenKey }: AddMemberTools, input: NewMember): Promise<AddedMember> {
  const passwordHash = input.password === undefined ? null : await hashPassword(auth, input.password);
  return databases.system.transaction().execute((trx) => addMemberIn(trx, tokenKey, { ...input, passwordHash }));
}

/** The same inside the caller's transaction, with the password hashed before it opened (hashPassword). */
export async function addMemberIn(
  trx: Transaction<Schema>,
  tokenKey: Buffer,
  input: Omit<NewMember, 'password'> & { readonly passwordHash: string | null },
): Promise<AddedMember> {
  const { personId, isNewPerson } = await storePerson(trx, input);
  const memberId = await storeMember(trx, input, personId);
  const { pixelId, token } = await issueUserPixel(trx, { organizationId: input.organizationId, memberId, tokenKey });
  return { personId, memberId, pixelId, token, isNewPerson };
}

export interface AddMemberTools {
  readonly databases: Databases;
  readonly auth: Auth;
  /** toPurposeKey(appSecret, 'pixel-token'). */
  readonly tokenKey: Buffer;
}

export interface NewMember {
  readonly organizationId: OrganizationId;
  readonly name: string;
  readonly email: string;
  readonly role: 'owner' | 'admin' | 'member';
  readonly password?: string | undefined;
  readonly departmentId?: DepartmentId | undefined;
  readonly title?: string | undefined;
  readonly phone?: string | undefined;
  readonly timezone?: string | undefined;
}

export interface AddedMember {
  readonly personId: PersonId;
  readonly memberId: MemberId;
  readonly pixelId: PixelId;
  readonly token: PixelToken;
  /** False: the person had an account already, and the password given here was not used. */
  readonly isNewPerson: boolean;
}

/** The department's id; made when the organization has none of this name. */
export async function storeDepartment(
  trx: Transaction<Schema>,
  { organizationId, name }: { organizationId: OrganizationId; name: string },
): Promise<DepartmentId> {
  const row = await trx
    .insertInto('departments')
    .values({ organization_id: organizationId, name })
    .onConflict((conflict) => conflict.columns(['organization_id', 'name']).doUpdateSet({ name }))
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

async function storePerson(
  trx: Transaction<Schema>,
  { name, email, passwordHash }: { name: string; email: string; passwordHash: string | null },
): Promise<{ personId: PersonId; isNewPerson: boolean }> {
  const address = email.trim().toLowerCase();
  const made = await trx
    .insertInto('users')
    .values({ name, email: address })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!made) {
    const known = await trx.selectFrom('users').select('id').where('email', '=', address).executeTakeFirstOrThrow();
    return { personId: known.id, isNewPerson: false };
  }
  if (passwordHash !== null)
    await trx
      .insertInto('accounts')
      .values({ account_id: made.id, provider_id: 'credential', user_id: made.id, password: passwordHash })
      .execute();
  return { personId: made.id, isNewPerson: true };
}

async function storeMember(
  trx: Transaction<Schema>,
  input: Omit<NewMember, 'password'>,
  personId: PersonId,
): Promise<MemberId> {
  const row = await trx
    .insertInto('organization_users')
    .values({
      organization_id: input.organizationId,
      user_id: personId,
      role: input.role,
      name: input.name,
      department_id: input.departmentId ?? null,
      title: input.title ?? null,
      phone: input.phone ?? null,
      timezone: input.timezone ?? null,
    })
    .onConflict((conflict) => conflict.columns(['organization_id', 'user_id']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!row) throw new AccountError('email_taken', `${input.email} is already a member of this organization.`, 'email');
  return row.id;
}

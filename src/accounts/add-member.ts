import type { Transaction } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import type { DepartmentId, MemberId, OrganizationId, PersonId, PixelId } from '../domain/ids.ts';
import type { PixelToken } from '../domain/pixel-token.ts';
import { issueUserPixel } from '../signatures/issue-user-pixel.ts';
import { AccountError } from './account-error.ts';
import type { Auth } from './create-auth.ts';

/**
 * Adds one member with person and user pixel in one transaction, as the system role. A person who already has an
 * account (another organization's) becomes a member with it: name and password stay theirs. Without a password
 * the person cannot sign in until one is set. The caller has judged the password and the organization's seats.
 */
export async function addMember({ databases, auth, tokenKey }: AddMemberTools, input: NewMember): Promise<AddedMember> {
  const { password } = await auth.$context;
  const passwordHash = input.password === undefined ? null : await password.hash(input.password);
  return databases.system.transaction().execute(async (trx) => {
    const personId = await storePerson(trx, input, passwordHash);
    const memberId = await storeMember(trx, input, personId);
    const { pixelId, token } = await issueUserPixel(trx, { organizationId: input.organizationId, memberId, tokenKey });
    return { personId, memberId, pixelId, token };
  });
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
  return row.id as DepartmentId;
}

async function storePerson(trx: Transaction<Schema>, input: NewMember, passwordHash: string | null): Promise<PersonId> {
  const email = input.email.trim().toLowerCase();
  const made = await trx
    .insertInto('users')
    .values({ name: input.name, email })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!made) {
    const known = await trx.selectFrom('users').select('id').where('email', '=', email).executeTakeFirstOrThrow();
    return known.id as PersonId;
  }
  if (passwordHash !== null)
    await trx
      .insertInto('accounts')
      .values({ account_id: made.id, provider_id: 'credential', user_id: made.id, password: passwordHash })
      .execute();
  return made.id as PersonId;
}

async function storeMember(trx: Transaction<Schema>, input: NewMember, personId: PersonId): Promise<MemberId> {
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
  return row.id as MemberId;
}

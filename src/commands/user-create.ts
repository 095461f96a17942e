import { randomBytes, randomUUID } from 'node:crypto';
import { AccountError } from '../accounts/account-error.ts';
import { type AddMemberTools, addMemberIn } from '../accounts/add-member.ts';
import { findOrganization } from '../accounts/find-organization.ts';
import { hashPassword } from '../accounts/hash-password.ts';
import { storeOrganization } from '../accounts/store-organization.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';

/**
 * Adds a person to an organization, or makes the organization with them as its owner, in one transaction. Without a
 * password a strong one is made and returned, once. Throws AccountError unknown_organization, email_taken,
 * password_length or password_too_common.
 */
export async function userCreate(tools: AddMemberTools, input: UserCreateInput): Promise<UserCreated> {
  const known = await findOrganization(tools.databases, input.organization);
  if (known === null && !input.isNewOrganization)
    throw new AccountError('unknown_organization', `There is no organization "${input.organization}".`, 'organization');
  const password = input.password ?? randomBytes(PASSWORD_BYTES).toString('base64url');
  const passwordHash = await hashPassword(tools.auth, password);
  const organizationId = known ?? (randomUUID() as string as OrganizationId);
  const role = known === null ? 'owner' : (input.role ?? 'member');
  const { name, email } = input;
  const added = await tools.databases.system.transaction().execute(async (trx) => {
    if (known === null) await storeOrganization(trx, { id: organizationId, name: input.organization });
    return addMemberIn(trx, tools.tokenKey, { organizationId, name, email, role, passwordHash });
  });
  const isMade = added.isNewPerson && input.password === undefined;
  return {
    organizationId,
    memberId: added.memberId,
    role,
    isNewPerson: added.isNewPerson,
    password: isMade ? password : null,
  };
}

export interface UserCreateInput {
  readonly email: string;
  readonly name: string;
  /** Name, slug or id of an organization; the name of the new one with `isNewOrganization`. */
  readonly organization: string;
  readonly isNewOrganization?: boolean;
  /** In an organization that exists; member when left out. A new organization's first person owns it. */
  readonly role?: 'owner' | 'admin' | 'member' | undefined;
  readonly password?: string | undefined;
}

export interface UserCreated {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  readonly role: 'owner' | 'admin' | 'member';
  /** False: the person had an account already, whose password stays. */
  readonly isNewPerson: boolean;
  /** The password that was made; null when one was given or is kept. */
  readonly password: string | null;
}

const PASSWORD_BYTES = 18;

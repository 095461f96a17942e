import { randomUUID } from 'node:crypto';
import { isAPIError } from 'better-auth/api';
import type { Transaction } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId, PersonId, PixelId } from '../domain/ids.ts';
import { issueUserPixel } from '../signatures/issue-user-pixel.ts';
import { AccountError } from './account-error.ts';
import { type Auth, signUpScope } from './create-auth.ts';
import { hashPassword } from './hash-password.ts';
import { storeOrganization } from './store-organization.ts';
import { withAuthTransaction } from './with-auth-transaction.ts';

/**
 * Makes an organization, its owner, the owner's user pixel and a session in one transaction: everything or nothing.
 * Throws AccountError email_taken, password_too_common, password_length or too_busy. The password is hashed before
 * the transaction opens, so that waiting for a turn holds no connection.
 */
export async function signUp(tools: SignUpTools, input: SignUpInput): Promise<SignedUp> {
  const { databases, auth } = tools;
  const email = input.email.toLowerCase();
  await refuseTakenEmail(databases, email);
  const organizationId = randomUUID() as OrganizationId;
  const scope = { organizationId, passwordHash: await hashPassword(auth, input.password) };
  try {
    return await withAuthTransaction(tools, (trx) =>
      signUpScope.run(scope, () => storeAll(trx, tools, { ...input, email, organizationId })),
    );
  } catch (error) {
    if (isAPIError(error)) await refuseTakenEmail(databases, email);
    throw error;
  }
}

export interface SignUpTools {
  readonly databases: Databases;
  readonly auth: Auth;
  /** toPurposeKey(appSecret, 'pixel-token'). */
  readonly tokenKey: Buffer;
}

export interface SignUpInput {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly organizationName: string;
  readonly timezone?: string | undefined;
  /** The request's headers: the session keeps its user agent. */
  readonly headers?: Headers;
}

export interface SignedUp {
  readonly personId: PersonId;
  readonly memberId: MemberId;
  readonly organizationId: OrganizationId;
  readonly pixelId: PixelId;
  /** Set-Cookie values of the new session. */
  readonly cookies: readonly string[];
}

async function refuseTakenEmail(databases: Databases, email: string): Promise<void> {
  const taken = await databases.system.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst();
  if (taken)
    throw new AccountError('email_taken', 'There is an account with this email address. Sign in instead.', 'email');
}

async function storeAll(
  trx: Transaction<Schema>,
  { auth, tokenKey }: SignUpTools,
  input: SignUpInput & { organizationId: OrganizationId },
): Promise<SignedUp> {
  const { organizationId, name, email } = input;
  await storeOrganization(trx, { id: organizationId, name: input.organizationName, timezone: input.timezone });
  const signed = await auth.api.signUpEmail({
    body: { name, email, password: input.password },
    headers: input.headers ?? new Headers(),
    returnHeaders: true,
  });
  const personId = signed.response.user.id as PersonId;
  const member = await trx
    .insertInto('organization_users')
    .values({ organization_id: organizationId, user_id: personId, role: 'owner', name })
    .returning('id')
    .executeTakeFirstOrThrow();
  const memberId = member.id as MemberId;
  const { pixelId } = await issueUserPixel(trx, { organizationId, memberId, tokenKey });
  return { personId, memberId, organizationId, pixelId, cookies: signed.headers.getSetCookie() };
}

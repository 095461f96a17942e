import type { Transaction } from 'kysely';
import { recordAudit } from '../audit/record-audit.ts';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { PersonId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import { AccountError } from './account-error.ts';
import { addMemberIn } from './add-member.ts';
import { type Auth, ssoScope } from './create-auth.ts';
import type { Vouched } from './oidc-flow.ts';
import { takeSeat } from './seats.ts';
import { type SsoProvider, toAccountProvider } from './sso-providers.ts';

// In: whom an organization's provider vouches for. Out: a session of that person that reaches this organization only.
// What must never happen: a provider that opens an account of another organization, or takes in a person who has an
// account elsewhere: whoever runs it could otherwise enter in anybody's name.

export interface SsoSignInTools {
  readonly databases: Databases;
  readonly auth: Auth;
  /** toPurposeKey(appSecret, 'pixel-token'). */
  readonly tokenKey: Buffer;
  readonly plan: Plan;
}

/** Set-Cookie values of the session. Throws AccountError sso_no_member, sso_foreign_email or deactivated; PeopleError. */
export async function signInWithSso(
  tools: SsoSignInTools,
  { provider, vouched, headers }: { provider: SsoProvider; vouched: Vouched; headers: Headers },
): Promise<readonly string[]> {
  if (vouched.email.split('@')[1] !== provider.emailDomain)
    throw new AccountError(
      'sso_foreign_email',
      `The identity provider may vouch for addresses at ${provider.emailDomain} only. Sign in with such an account.`,
    );
  const personId = await findOrAdmit(tools, { provider, vouched });
  const started = await ssoScope.run({ organizationId: provider.organizationId }, () =>
    tools.auth.api.startSession({ body: { personId }, headers, returnHeaders: true }),
  );
  return started.headers.getSetCookie();
}

interface SignIn {
  readonly provider: SsoProvider;
  readonly vouched: Vouched;
}

async function findOrAdmit(tools: SsoSignInTools, signIn: SignIn): Promise<PersonId> {
  const { system } = tools.databases;
  const linked = await findLinked(system, signIn);
  const member = await findMember(tools.databases, signIn, linked);
  if (member !== null) {
    if (member.deactivated_at !== null)
      throw new AccountError('deactivated', 'This account was deactivated by an admin of its organization.');
    if (linked === null) await system.transaction().execute((trx) => link(trx, signIn, member.user_id));
    return member.user_id;
  }
  if (linked !== null || !signIn.provider.admitsNewMembers) throw new AccountError('sso_no_member', NO_MEMBER);
  return system.transaction().execute((trx) => admit(trx, tools, signIn));
}

/** As the application, which sees this organization's members and nobody else. */
async function findMember(databases: Databases, { provider, vouched }: SignIn, linked: PersonId | null) {
  const found = await withTenant(databases, provider.organizationId, (trx) =>
    trx
      .selectFrom('organization_users as member')
      .innerJoin('users as person', 'person.id', 'member.user_id')
      .where('member.organization_id', '=', provider.organizationId)
      .where(({ eb }) => (linked === null ? eb('person.email', '=', vouched.email) : eb('person.id', '=', linked)))
      .select(['member.user_id', 'member.deactivated_at'])
      .executeTakeFirst(),
  );
  return found ?? null;
}

const NO_MEMBER = 'You are no member of this organization yet. Ask an admin of it for an invitation.';

async function findLinked(system: Databases['system'], { provider, vouched }: SignIn): Promise<PersonId | null> {
  const row = await system
    .selectFrom('accounts')
    .where('provider_id', '=', toAccountProvider(provider.id))
    .where('account_id', '=', vouched.subject)
    .select('user_id')
    .executeTakeFirst();
  return row?.user_id ?? null;
}

/** An address that another identity of this provider uses stays that one's: addresses are handed on, subjects are not. */
async function link(trx: Transaction<Schema>, { provider, vouched }: SignIn, personId: PersonId): Promise<void> {
  const providerId = toAccountProvider(provider.id);
  const other = await trx
    .selectFrom('accounts')
    .where('provider_id', '=', providerId)
    .where('user_id', '=', personId)
    .select('id')
    .executeTakeFirst();
  if (other)
    throw new AccountError(
      'sso_no_member',
      'This email address belongs to another identity of your provider. Ask an admin of your organization.',
    );
  await trx
    .insertInto('accounts')
    .values({ user_id: personId, provider_id: providerId, account_id: vouched.subject })
    .onConflict((conflict) => conflict.columns(['provider_id', 'account_id']).doNothing())
    .execute();
}

async function admit(trx: Transaction<Schema>, { tokenKey, plan }: SsoSignInTools, signIn: SignIn): Promise<PersonId> {
  const { provider, vouched } = signIn;
  const { organizationId } = provider;
  await takeSeat(trx, organizationId, plan);
  const { email, name } = vouched;
  const known = await trx.selectFrom('users').where('email', '=', email).select('id').executeTakeFirst();
  if (known)
    throw new AccountError('sso_no_member', 'This address has an account already. Ask an admin for an invitation.');
  const added = await addMemberIn(trx, tokenKey, { organizationId, email, name, role: 'member', passwordHash: null });
  await link(trx, signIn, added.personId);
  await recordAudit(trx, {
    organizationId,
    actor: { id: null, name: 'single sign-on' },
    action: 'member.added',
    subject: { id: added.memberId, name },
    after: { email, role: 'member' },
  });
  return added.personId;
}

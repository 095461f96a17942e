import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { OrganizationId, SsoProviderId } from '../domain/ids.ts';
import { seal, toPurposeKey, unseal } from '../kit/crypto.ts';
import { AccountError } from './account-error.ts';
import type { Auth } from './create-auth.ts';
import { discover } from './oidc-flow.ts';

// An organization's one OpenID provider. The client secret is sealed, shown to nobody and in no log. The email domain
// narrows whom it may vouch for and finds it for who signs in; it is no proof of owning the domain.

export interface SsoProvider {
  readonly id: SsoProviderId;
  readonly organizationId: OrganizationId;
  readonly issuer: string;
  readonly clientId: string;
  readonly emailDomain: string;
  readonly admitsNewMembers: boolean;
  readonly clientSecretSealed: Buffer;
}

export interface SsoSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Kept as it is when left out and the issuer stays. */
  readonly clientSecret?: string | undefined;
  readonly emailDomain: string;
  readonly admitsNewMembers: boolean;
}

export interface SsoTools {
  readonly databases: Databases;
  readonly auth: Auth;
}

export async function readSsoProvider(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
): Promise<SsoProvider | null> {
  const row = await trx
    .selectFrom('sso_providers')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return row ? toProvider(row) : null;
}

export async function readSsoProviderById({ system }: Databases, id: SsoProviderId): Promise<SsoProvider | null> {
  const row = await system.selectFrom('sso_providers').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? toProvider(row) : null;
}

/**
 * The provider for a person's address, or of an organization's slug. Where several organizations name one domain, the
 * one counts of which the person is a member. Throws AccountError sso_none.
 */
export async function findSsoProvider(
  { system }: Databases,
  wanted: { readonly email: string } | { readonly organization: string },
): Promise<SsoProvider> {
  if ('organization' in wanted) {
    const row = await system
      .selectFrom('sso_providers as provider')
      .innerJoin('organizations as organization', 'organization.id', 'provider.organization_id')
      .where('organization.slug', '=', wanted.organization)
      .selectAll('provider')
      .executeTakeFirst();
    if (!row) throw none();
    return toProvider(row);
  }
  const rows = await system
    .selectFrom('sso_providers as provider')
    .where('provider.email_domain', '=', wanted.email.split('@')[1] ?? '')
    .selectAll('provider')
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('organization_users as member')
          .innerJoin('users as person', 'person.id', 'member.user_id')
          .whereRef('member.organization_id', '=', 'provider.organization_id')
          .where('person.email', '=', wanted.email)
          .select('member.id'),
      ).as('is_member'),
    )
    .limit(NAMESAKES_MAX)
    .execute();
  const [found, second] = rows.length > 1 ? rows.filter((row) => row.is_member) : rows;
  if (!found || second) throw none();
  return toProvider(found);
}

const NAMESAKES_MAX = 20;

function none(): AccountError {
  return new AccountError(
    'sso_none',
    "No single sign-on is known here. Sign in with your password, or use your organization's own sign-in link.",
  );
}

/** Asks the provider before anything is stored. Throws AccountError sso_provider or sso_secret_missing. */
export async function storeSsoProvider({ databases, auth }: SsoTools, change: SsoChange): Promise<SsoProvider> {
  const { organizationId, settings, isLoopbackAllowed } = change;
  await discover({ issuer: settings.issuer, isLoopbackAllowed });
  const key = await toSecretKey(auth);
  const before = await withTenant(databases, organizationId, (trx) => readSsoProvider(trx, organizationId));
  // Subjects are an issuer's own: those linked to another one go with it.
  if (before !== null && before.issuer !== settings.issuer) await endIdentities(databases, before);
  return withTenant(databases, organizationId, (trx) => storeProvider(trx, change, key));
}

export interface SsoChange {
  readonly organizationId: OrganizationId;
  readonly actor: Actor;
  readonly settings: SsoSettings;
  readonly isLoopbackAllowed: boolean;
}

async function storeProvider(
  trx: Transaction<Schema>,
  { organizationId, actor, settings }: SsoChange,
  key: Buffer,
): Promise<SsoProvider> {
  await lockProvider(trx, organizationId);
  const before = await readSsoProvider(trx, organizationId);
  const same = before?.issuer === settings.issuer ? before : null;
  if (before !== null && same === null) await dropProvider(trx, before);
  const id = same?.id ?? (randomUUID() as string as SsoProviderId);
  const { clientSecret } = settings;
  const clientSecretSealed =
    clientSecret === undefined ? same?.clientSecretSealed : seal(key, Buffer.from(clientSecret), id);
  if (clientSecretSealed === undefined) throw new AccountError('sso_secret_missing', SECRET_MISSING, 'clientSecret');
  const columns = {
    issuer: settings.issuer,
    client_id: settings.clientId,
    client_secret_sealed: clientSecretSealed,
    email_domain: settings.emailDomain,
    admits_new_members: settings.admitsNewMembers,
  };
  await trx
    .insertInto('sso_providers')
    .values({ id, organization_id: organizationId, ...columns })
    .onConflict((conflict) => conflict.column('organization_id').doUpdateSet({ ...columns, updated_at: sql`now()` }))
    .execute();
  const after = { ...settings, id, organizationId, clientSecretSealed };
  await recordAudit(trx, {
    organizationId,
    actor,
    action: 'sign_in.changed',
    subject: { id, name: settings.issuer },
    before: before === null ? null : toTold(before),
    after: toTold(after),
  });
  return after;
}

const SECRET_MISSING = 'The client secret is needed: a new provider, or a new issuer, has a new one.';

/** False: there is none. Sessions that it vouched for end, its people keep their membership and their password. */
export async function deleteSsoProvider(
  databases: Databases,
  { organizationId, actor }: { readonly organizationId: OrganizationId; readonly actor: Actor },
): Promise<boolean> {
  const found = await withTenant(databases, organizationId, (trx) => readSsoProvider(trx, organizationId));
  if (found === null) return false;
  await withTenant(databases, organizationId, async (trx) => {
    await dropProvider(trx, found);
    const subject = { id: found.id, name: found.issuer };
    await recordAudit(trx, { organizationId, actor, action: 'sign_in.changed', subject, before: toTold(found) });
  });
  await endIdentities(databases, found);
  return true;
}

/** How its people's identities are named in `accounts`. */
export function toAccountProvider(id: SsoProviderId): string {
  return `sso:${id}`;
}

/** Throws what unseal throws when APP_SECRET is another one. */
export async function openClientSecret(auth: Auth, provider: SsoProvider): Promise<string> {
  return unseal(await toSecretKey(auth), provider.clientSecretSealed, provider.id).toString();
}

async function toSecretKey(auth: Auth): Promise<Buffer> {
  const { secret } = await auth.$context;
  return toPurposeKey(secret, 'sso-client-secret');
}

async function lockProvider(trx: Transaction<Schema>, organizationId: OrganizationId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`mailtracker.sso.${organizationId}`}, 0))`.execute(trx);
}

async function dropProvider(trx: Transaction<Schema>, { id, organizationId }: SsoProvider): Promise<void> {
  await trx.deleteFrom('sso_providers').where('organization_id', '=', organizationId).where('id', '=', id).execute();
}

/** Nobody comes in by it any more. Past row-level security, since people and sessions are no organization's. */
async function endIdentities({ system }: Databases, { id, organizationId }: SsoProvider): Promise<void> {
  await system.deleteFrom('accounts').where('provider_id', '=', toAccountProvider(id)).execute();
  await system.deleteFrom('sessions').where('sso_organization_id', '=', organizationId).execute();
}

function toTold({ issuer, clientId, emailDomain, admitsNewMembers }: SsoProvider): object {
  return { issuer, clientId, emailDomain, admitsNewMembers };
}

function toProvider(row: {
  id: SsoProviderId;
  organization_id: OrganizationId;
  issuer: string;
  client_id: string;
  client_secret_sealed: Buffer;
  email_domain: string;
  admits_new_members: boolean;
}): SsoProvider {
  return {
    id: row.id,
    organizationId: row.organization_id,
    issuer: row.issuer,
    clientId: row.client_id,
    emailDomain: row.email_domain,
    admitsNewMembers: row.admits_new_members,
    clientSecretSealed: row.client_secret_sealed,
  };
}

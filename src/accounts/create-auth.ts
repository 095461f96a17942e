import { AsyncLocalStorage } from 'node:async_hooks';
import { betterAuth } from 'better-auth';
import { APIError, createAuthMiddleware } from 'better-auth/api';
import { organization, twoFactor } from 'better-auth/plugins';
import type { Databases } from '../db/open-databases.ts';
import type { OrganizationId, PersonId } from '../domain/ids.ts';
import type { Log } from '../kit/log.ts';
import { AccountError } from './account-error.ts';
import { isCommonPassword } from './common-passwords.ts';
import { createPasswords } from './passwords.ts';
import { startSessionPlugin } from './start-session.ts';
import { takeCodeOnce } from './take-code-once.ts';
import { toAuthLogger } from './to-auth-logger.ts';
import { toDeviceName } from './to-device-name.ts';

// Sign-in: the library better-auth on our own tables (users, sessions, accounts, …), as the system role. Passwords and
// sessions enter, cookies leave. What must never happen: an address of a client in a row, a password or a person's
// address in the log, an account without its organization. The library's own sign-up is closed: ours is one
// transaction (sign-up.ts). Cross-site requests are refused by http before they come here.

export interface AuthOptions {
  readonly databases: Databases;
  /** Where people reach the product: decides cookie names and which links may be followed after sign-in. */
  readonly publicUrl: string;
  /** Signs cookies; 32 characters or more. */
  readonly secret: string;
  readonly log: Log;
}

export type Auth = ReturnType<typeof createAuth>;

/** The paths below /api/auth that are served; every other one of the library answers 404 until a part needs it. */
export const AUTH_PATHS = [
  { method: 'POST', path: '/sign-in/email', summary: 'Sign in; answers the session cookie' },
  { method: 'POST', path: '/sign-out', summary: 'End this session' },
  { method: 'POST', path: '/change-password', summary: 'Change the password; ends every other session' },
  {
    method: 'POST',
    path: '/two-factor/enable',
    summary: 'Begin the second step: answers its address and recovery codes',
  },
  { method: 'POST', path: '/two-factor/verify-totp', summary: 'Confirm the second step, or sign in with it' },
  { method: 'POST', path: '/two-factor/verify-backup-code', summary: 'Sign in with a recovery code, once' },
  { method: 'POST', path: '/two-factor/generate-backup-codes', summary: 'New recovery codes instead of the old ones' },
  { method: 'POST', path: '/two-factor/disable', summary: 'Switch the second step off' },
] as const;

export const PASSWORD_CHARS_MIN = 8;
export const PASSWORD_CHARS_MAX = 256;

/** What the library's hooks need to know while sign-up runs inside our transaction. */
export const signUpScope = new AsyncLocalStorage<{
  readonly organizationId: OrganizationId;
  readonly passwordHash: string;
}>();

/** Set while a session starts for whom an organization's own provider vouched. */
export const ssoScope = new AsyncLocalStorage<{ readonly organizationId: OrganizationId }>();

export function createAuth({ databases, publicUrl, secret, log }: AuthOptions) {
  const passwords = createPasswords();
  const isSecure = publicUrl.startsWith('https://');
  return betterAuth({
    appName: 'MailTracker',
    baseURL: publicUrl,
    basePath: '/api/auth',
    secret,
    trustedOrigins: [new URL(publicUrl).origin],
    database: { db: databases.system, type: 'postgres', transaction: true },
    advanced: {
      database: { generateId: 'uuid', validateSchema: false },
      ipAddress: { disableIpTracking: true },
      useSecureCookies: false,
      // Every cookie of the library takes the prefix; __Host- asks for Secure, Path=/ and no Domain.
      cookiePrefix: isSecure ? '__Host-mailtracker' : 'mailtracker',
      defaultCookieAttributes: { secure: isSecure, httpOnly: true, sameSite: 'lax', path: '/' },
      disableCSRFCheck: true,
      disableOriginCheck: false,
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: toAuthLogger(log),
    // What is no refusal of its own comes out as it is, to be answered and logged by http: the library prints it to stderr.
    onAPIError: { throw: true },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_CHARS_MIN,
      maxPasswordLength: PASSWORD_CHARS_MAX,
      password: {
        hash: async (password) => signUpScope.getStore()?.passwordHash ?? orBusy(passwords.hash(password)),
        verify: ({ hash, password }) => orBusy(passwords.verify(hash, password)),
      },
    },
    hooks: { before: beforeEach(databases) },
    ...toTables(),
    disabledPaths: ['/sign-up/email', '/organization/create', '/organization/accept-invitation'],
    plugins: [organizationPlugin(), twoFactorPlugin(), startSessionPlugin()],
    databaseHooks: {
      session: {
        create: {
          before: async (session) => ({
            data: {
              ...session,
              ipAddress: null,
              userAgent: toDeviceName(session.userAgent),
              activeOrganizationId: await chooseOrganization(databases, session.userId as PersonId),
              ...toSsoColumn(),
            },
          }),
        },
      },
    },
  });
}

/** The library turns its own error class into an answer; every other one would be a 500. */
async function orBusy<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AccountError)) throw error;
    throw APIError.from('SERVICE_UNAVAILABLE', { code: error.code, message: error.message });
  }
}

function beforeEach(databases: Databases) {
  return createAuthMiddleware(async (context) => {
    refuseCommonPassword(context.body);
    if (context.path === '/two-factor/verify-totp') await takeCodeOnce(databases, context);
  });
}

function refuseCommonPassword(body: unknown): void {
  const password = typeof body === 'object' && body !== null && 'newPassword' in body ? body.newPassword : null;
  if (typeof password === 'string' && isCommonPassword(password))
    throw APIError.from('BAD_REQUEST', { code: 'password_too_common', message: PASSWORD_TOO_COMMON });
}

export const PASSWORD_TOO_COMMON =
  'This is one of the commonest passwords. Choose another one: a few words that do not belong together.';

/** The organization a new session starts in: the one being signed up, or the person's oldest active membership. */
async function chooseOrganization(databases: Databases, personId: PersonId): Promise<OrganizationId | null> {
  const scope = signUpScope.getStore() ?? ssoScope.getStore();
  if (scope) return scope.organizationId;
  const memberships = await databases.system
    .selectFrom('organization_users')
    .select(['organization_id', 'deactivated_at'])
    .where('user_id', '=', personId)
    .orderBy('created_at')
    .execute();
  const active = memberships.find((membership) => membership.deactivated_at === null);
  if (memberships.length > 0 && !active)
    throw APIError.from('FORBIDDEN', {
      code: 'deactivated',
      message: 'This account was deactivated by an admin of its organization.',
    });
  return active?.organization_id ?? null;
}

function toSsoColumn(): { ssoOrganizationId?: OrganizationId } {
  const scope = ssoScope.getStore();
  return scope ? { ssoOrganizationId: scope.organizationId } : {};
}

/** Where the library's models live; the columns are those of the founding migration. */
function toTables() {
  return {
    user: {
      modelName: 'users',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    session: {
      modelName: 'sessions',
      fields: {
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        userId: 'user_id',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
      additionalFields: {
        lastSeenAt: hidden('date', 'last_seen_at'),
        ssoOrganizationId: hidden('string', 'sso_organization_id'),
      },
      // A week without use; 30 days in all are the database's to hold (migration 0003).
      expiresIn: 7 * 86_400,
      updateAge: 86_400,
    },
    account: {
      modelName: 'accounts',
      fields: {
        accountId: 'account_id',
        providerId: 'provider_id',
        userId: 'user_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    verification: {
      modelName: 'verifications',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
  };
}

function organizationPlugin() {
  return organization({
    membershipLimit: 1_000_000,
    invitationExpiresIn: 7 * 86_400,
    schema: {
      organization: {
        modelName: 'organizations',
        fields: { createdAt: 'created_at' },
        additionalFields: { plan: hidden('string'), seats: hidden('number') },
      },
      member: {
        modelName: 'organization_users',
        fields: { organizationId: 'organization_id', userId: 'user_id', createdAt: 'created_at' },
        // No `references`: the library would refuse every member, since it does not know the table departments.
        additionalFields: {
          name: hidden('string'),
          departmentId: hidden('string', 'department_id'),
          title: hidden('string'),
          phone: hidden('string'),
          timezone: hidden('string'),
          deactivatedAt: hidden('date', 'deactivated_at'),
        },
      },
      invitation: {
        modelName: 'organization_invitations',
        fields: {
          organizationId: 'organization_id',
          inviterId: 'inviter_id',
          expiresAt: 'expires_at',
          createdAt: 'created_at',
        },
      },
      session: { fields: { activeOrganizationId: 'active_organization_id' } },
    },
  });
}

/** A column of ours that clients can neither set nor change. */
function hidden<T extends 'string' | 'number' | 'date'>(type: T, fieldName?: string) {
  return { type, required: false, input: false, ...(fieldName === undefined ? {} : { fieldName }) } as const;
}

function twoFactorPlugin() {
  return twoFactor({
    schema: {
      user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
      twoFactor: {
        modelName: 'user_two_factors',
        fields: {
          backupCodes: 'backup_codes',
          userId: 'user_id',
          failedVerificationCount: 'failed_verification_count',
          lockedUntil: 'locked_until',
        },
      },
    },
  });
}

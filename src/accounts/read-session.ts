import { isAPIError } from 'better-auth/api';
import type { Databases } from '../db/open-databases.ts';
import type { MemberId, OrganizationId, PersonId } from '../domain/ids.ts';
import type { Clock } from '../kit/clock.ts';
import type { Auth } from './create-auth.ts';
import { noteSeen } from './sessions.ts';
import { hindranceScope } from './to-auth-logger.ts';

/** Who asks, and as whose member. `role` is the member's in this organization. */
export interface Session {
  readonly sessionId: string;
  readonly personId: PersonId;
  readonly memberId: MemberId;
  readonly organizationId: OrganizationId;
  readonly organizationName: string;
  readonly role: 'owner' | 'admin' | 'member';
  readonly name: string;
  readonly email: string;
  /** The member's own time zone (IANA); null: the organization's counts. */
  readonly timeZone: string | null;
  /** Set when this organization's own provider vouched for the person: the session reaches no other one. */
  readonly ssoOrganizationId: OrganizationId | null;
  /** A second step (TOTP) guards the account. */
  readonly hasTwoFactor: boolean;
}

/**
 * The session of a request's cookie, read from the tables each time: a sign-out or a deactivation acts at once. Null
 * when nobody is signed in or no active membership is left. With `refresh` a session past its update age lives on and
 * `cookies` holds what the answer must set.
 */
export async function readSession(
  { databases, auth, clock }: { databases: Databases; auth: Auth; clock: Clock },
  headers: Headers,
  refresh = false,
): Promise<{ session: Session; cookies: readonly string[] } | null> {
  const found = await lookUp(auth, headers, refresh);
  if (!found.response) return null;
  const { user, session } = found.response;
  const ssoOrganizationId = (session.ssoOrganizationId ?? null) as OrganizationId | null;
  const member = await readMember(databases, user.id as PersonId, {
    preferred: (session.activeOrganizationId ?? null) as OrganizationId | null,
    only: ssoOrganizationId,
  });
  if (!member) return null;
  if (clock.now() - new Date(session.lastSeenAt ?? 0).getTime() > SEEN_EVERY_MS) await noteSeen(databases, session.id);
  return {
    session: {
      sessionId: session.id,
      personId: user.id as PersonId,
      memberId: member.id as MemberId,
      organizationId: member.organization_id as OrganizationId,
      organizationName: member.organization_name,
      role: member.role,
      name: member.name ?? user.name,
      email: user.email,
      timeZone: member.timezone,
      ssoOrganizationId,
      hasTwoFactor: user.twoFactorEnabled ?? false,
    },
    cookies: found.headers.getSetCookie(),
  };
}

const SEEN_EVERY_MS = 60_000;

/** better-auth says 500 of whatever hinders its look-up: a database that is away is told by its own error. */
async function lookUp(auth: Auth, headers: Headers, refresh: boolean) {
  const hindrance: { cause: Error | null } = { cause: null };
  try {
    const wish = { headers, query: { disableRefresh: !refresh }, returnHeaders: true } as const;
    return await hindranceScope.run(hindrance, () => auth.api.getSession(wish));
  } catch (error) {
    throw isAPIError(error) && error.statusCode === 500 ? (hindrance.cause ?? error) : error;
  }
}

/** The active membership in the session's organization, or else the oldest active one; in `only` alone when set. */
function readMember(
  databases: Databases,
  personId: PersonId,
  { preferred, only }: { preferred: OrganizationId | null; only: OrganizationId | null },
) {
  return databases.system
    .selectFrom('organization_users as member')
    .innerJoin('organizations as organization', 'organization.id', 'member.organization_id')
    .select(['member.id', 'member.organization_id', 'member.role', 'member.name', 'member.timezone'])
    .select('organization.name as organization_name')
    .where('member.user_id', '=', personId)
    .where('member.deactivated_at', 'is', null)
    .$if(only !== null, (members) => members.where('member.organization_id', '=', only))
    .orderBy(
      (order) => order('member.organization_id', '=', preferred),
      (sort) => sort.desc().nullsLast(),
    )
    .orderBy('member.created_at')
    .limit(1)
    .executeTakeFirst();
}

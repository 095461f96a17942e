import type { KeyStanding, SessionStanding } from '../accounts/read-session-standings.ts';
import { readKeyStandings, readSessionStandings } from '../accounts/read-session-standings.ts';
import type { Databases } from '../db/open-databases.ts';
import type { ApiKeyId } from '../domain/ids.ts';
import type { Audience } from '../live/audience.ts';

/** A session or an API key, as the live streams know who holds one. */
export const toSessionHolder = (sessionId: string): string => `session ${sessionId}`;
export const toKeyHolder = (keyId: ApiKeyId): string => `key ${keyId}`;

/** What each holder may be told at this moment; who may not look any more is left out. */
export async function readAudiences(
  databases: Databases,
  holders: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Audience>> {
  const named = (kind: string) => [...holders].flatMap((holder) => toNamed(holder, kind));
  const [sessions, keys] = await Promise.all([
    readSessionStandings(databases, named('session')),
    readKeyStandings(databases, named('key') as ApiKeyId[]),
  ]);
  return new Map([
    ...sessions.map((session) => [toSessionHolder(session.sessionId), toPersonAudience(session)] as const),
    ...keys.filter(mayListen).map((key) => [toKeyHolder(key.keyId), toKeyAudience(key)] as const),
  ]);
}

function toNamed(holder: string, kind: string): readonly string[] {
  const [of, id] = holder.split(' ');
  return of === kind && id !== undefined ? [id] : [];
}

/** Own opens, where the organization shows its members their figures; own signals, admins everybody's. */
function toPersonAudience({ organizationId, memberId, role, showsFigures }: SessionStanding): Audience {
  return {
    organizationId,
    memberId,
    opens: showsFigures ? 'own' : 'none',
    signals: role === 'member' ? 'own' : 'all',
  };
}

function mayListen({ scopes }: KeyStanding): boolean {
  return scopes.includes('read:events') || scopes.includes('admin');
}

/** A key speaks for its organization: it hears everything of it. */
function toKeyAudience({ organizationId }: KeyStanding): Audience {
  return { organizationId, memberId: null, opens: 'all', signals: 'all' };
}

import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { Session } from './read-session.ts';

// A person's live sessions: at most five (the database sees to it when one is made), each for a week after its last
// use and 30 days at most. A session that an organization's own provider vouched for sees and ends only its like.

export interface LiveSession {
  readonly id: string;
  /** "Chrome on Windows"; null when it did not tell. */
  readonly device: string | null;
  readonly createdAt: Date;
  /** To the minute. */
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  readonly isCurrent: boolean;
}

/** Last seen first. */
export async function readSessions({ system }: Databases, session: Session): Promise<readonly LiveSession[]> {
  const rows = await system
    .selectFrom('sessions')
    .where('user_id', '=', session.personId)
    .$if(session.ssoOrganizationId !== null, (rows) =>
      rows.where('sso_organization_id', '=', session.ssoOrganizationId),
    )
    .where('expires_at', '>', sql<Date>`now()`)
    .select(['id', 'user_agent', 'created_at', 'last_seen_at', 'expires_at'])
    .orderBy('last_seen_at', 'desc')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    device: row.user_agent,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    isCurrent: row.id === session.sessionId,
  }));
}

/** Ends one session of the person, all but the asking one, or all. Answers how many ended. */
export async function endSessions(
  { system }: Databases,
  session: Session,
  which: { readonly id: string } | 'others' | 'all',
): Promise<number> {
  let rows = system.deleteFrom('sessions').where('user_id', '=', session.personId);
  if (session.ssoOrganizationId !== null) rows = rows.where('sso_organization_id', '=', session.ssoOrganizationId);
  if (which === 'others') rows = rows.where('id', '<>', session.sessionId);
  else if (which !== 'all') rows = rows.where('id', '=', which.id);
  const { numDeletedRows } = await rows.executeTakeFirst();
  return Number(numDeletedRows);
}

/** Writes when a session was last seen, at most once a minute. */
export async function noteSeen({ system }: Databases, sessionId: string): Promise<void> {
  await system
    .updateTable('sessions')
    .set({ last_seen_at: sql`now()` })
    .where('id', '=', sessionId)
    .where('last_seen_at', '<', sql<Date>`now() - interval '1 minute'`)
    .execute();
}

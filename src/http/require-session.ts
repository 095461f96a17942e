import { fromNodeHeaders } from 'better-auth/node';
import type { FastifyRequest } from 'fastify';
import { readSession, type Session } from '../accounts/read-session.ts';
import type { SharingWatch } from '../accounts/watch-sharing.ts';
import type { HttpContext } from './context.ts';
import { forbidden, Problem, signedOut } from './problem.ts';
import { readBearer, requireKey } from './require-key.ts';
import { toNetworkKey } from './to-client-key.ts';

export type { Session };

declare module 'fastify' {
  interface FastifyInstance {
    /** What every resource may use; requireSession reads it from the request's server. */
    readonly mailtracker: HttpContext;
    readonly sharing: SharingWatch;
  }
}

/** The session of the request; throws the 401 problem when nobody is signed in. Nothing is cached: see readSession. */
export async function requireSession(request: FastifyRequest): Promise<Session> {
  await refuseKey(request);
  const found = await readSession(request.server.mailtracker, fromNodeHeaders(request.headers));
  if (!found) throw signedOut();
  request.server.sharing.note(found.session, toNetworkKey(request));
  request.server.ownDevices.note(found.session, request);
  return found.session;
}

/** What only a person can be asked: a key that is none is told so, a good one why it does not do. */
export async function refuseKey(request: FastifyRequest): Promise<void> {
  const text = readBearer(request);
  if (text === null) return;
  await requireKey(request, text);
  throw new Problem(403, NEEDS_PERSON, { code: 'needs_person' });
}

const NEEDS_PERSON =
  'An API key speaks for its organization and is no member: this is for a person who is signed in. The figures of one member are at /api/admin/tracking/user/{userId}/stats.';

/** Throws the 403 problem when the member's role is below `least`: owner > admin > member. */
export function requireRole(session: Pick<Session, 'role'>, least: 'admin' | 'owner'): void {
  if (RANKS[session.role] < RANKS[least])
    throw forbidden(
      `This needs the role ${least}. Ask an ${least === 'owner' ? 'owner' : 'admin'} of your organization.`,
    );
}

const RANKS = { member: 0, admin: 1, owner: 2 } as const;

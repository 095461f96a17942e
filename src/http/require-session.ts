import { fromNodeHeaders } from 'better-auth/node';
import type { FastifyRequest } from 'fastify';
import { readSession, type Session } from '../accounts/read-session.ts';
import type { HttpContext } from './context.ts';
import { forbidden, signedOut } from './problem.ts';

export type { Session };

declare module 'fastify' {
  interface FastifyInstance {
    /** What every resource may use; requireSession reads it from the request's server. */
    readonly mailtracker: HttpContext;
  }
}

/** The session of the request; throws the 401 problem when nobody is signed in. Nothing is cached: see readSession. */
export async function requireSession(request: FastifyRequest): Promise<Session> {
  const found = await readSession(request.server.mailtracker, fromNodeHeaders(request.headers));
  if (!found) throw signedOut();
  return found.session;
}

/** Throws the 403 problem when the member's role is below `least`: owner > admin > member. */
export function requireRole(session: Session, least: 'admin' | 'owner'): void {
  if (RANKS[session.role] < RANKS[least])
    throw forbidden(
      `This needs the role ${least}. Ask an ${least === 'owner' ? 'owner' : 'admin'} of your organization.`,
    );
}

const RANKS = { member: 0, admin: 1, owner: 2 } as const;

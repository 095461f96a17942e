import type { FastifyRequest } from 'fastify';
import type { Actor } from '../audit/record-audit.ts';
import { requireRole, requireSession, type Session } from './require-session.ts';

/** The session of an admin or owner; throws the 401 or 403 problem. */
export async function requireAdmin(request: FastifyRequest): Promise<Session> {
  const session = await requireSession(request);
  requireRole(session, 'admin');
  return session;
}

/** Who acts, as the audit log keeps it. */
export function toActor(session: Session): Actor {
  return { id: session.memberId, name: session.name };
}

import type { FastifyRequest } from 'fastify';
import type { Actor } from '../audit/record-audit.ts';
import { type Access, requireAccess, requireRank } from './require-access.ts';
import { requireRole, requireSession, type Session } from './require-session.ts';

/** An admin or owner, or a key with the scope admin; throws the 401 or 403 problem. */
export async function requireAdmin(request: FastifyRequest): Promise<Access> {
  const access = await requireAccess(request, 'admin');
  requireRank(access, 'admin');
  return access;
}

/** For keys and sign-in, which no key may change: the session of an admin or owner. */
export async function requireAdminPerson(request: FastifyRequest): Promise<Session> {
  const session = await requireSession(request);
  requireRole(session, 'admin');
  return session;
}

/** Who acts, as the audit log keeps it. A key is nobody: its name tells. */
export function toActor({ memberId, name, keyId }: Pick<Session, 'memberId' | 'name'> & Partial<Access>): Actor {
  return { id: keyId === undefined || keyId === null ? memberId : null, name };
}

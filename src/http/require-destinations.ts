import type { FastifyRequest } from 'fastify';
import { type Access, requireAccess, requireRank } from './require-access.ts';

/** An admin or owner, or a key with the scope write:destinations; throws the 401 or 403 problem. */
export async function requireDestinations(request: FastifyRequest): Promise<Access> {
  const access = await requireAccess(request, 'write:destinations');
  requireRank(access, 'admin');
  return access;
}

import type { FastifyRequest } from 'fastify';
import type { ApiScope } from '../domain/api-scope.ts';
import type { ApiKeyId, MemberId, OrganizationId, PersonId } from '../domain/ids.ts';
import { forbidden, Problem } from './problem.ts';
import { readBearer, requireKey } from './require-key.ts';
import { requireSession } from './require-session.ts';

/** Who asks: a signed-in member, or a key that speaks for its organization. */
export interface Access {
  readonly organizationId: OrganizationId;
  readonly organizationName: string;
  /** A key acts as an admin within its scopes. */
  readonly role: 'owner' | 'admin' | 'member';
  /** For a key the member in whose name rows are made: who made the key, else the oldest owner. */
  readonly memberId: MemberId;
  /** That member's person. */
  readonly personId: PersonId;
  /** For people: the member's, or the key's. */
  readonly name: string;
  /** Null for a member. */
  readonly keyId: ApiKeyId | null;
}

/**
 * A member's session, or a key with one of `scopes` (admin holds all). Throws the 401 problem for no session and for
 * a key that is none, the 403 problem for a key without the scope, the 429 problem after too many bad keys.
 */
export async function requireAccess(request: FastifyRequest, ...scopes: readonly ApiScope[]): Promise<Access> {
  const text = readBearer(request);
  if (text === null) {
    return { ...(await requireSession(request)), keyId: null };
  }
  const key = await requireKey(request, text);
  if (!key.scopes.includes('admin') && !scopes.some((scope) => key.scopes.includes(scope)))
    throw new Problem(403, `This key may do ${key.scopes.join(', ')}. Here it needs ${scopes.join(' or ')}.`, {
      code: 'missing_scope',
    });
  return { ...key, role: 'admin', name: `API key ${key.name}` };
}

/** Throws the 403 problem for a member below `least`; a key has passed by its scope. */
export function requireRank(access: Access, least: 'admin' | 'owner'): void {
  if (access.keyId !== null || access.role === 'owner' || access.role === least) return;
  throw forbidden(
    `This needs the role ${least}. Ask an ${least === 'owner' ? 'owner' : 'admin'} of your organization.`,
  );
}

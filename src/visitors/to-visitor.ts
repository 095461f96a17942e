import { createHash } from 'node:crypto';
import type { OrganizationId } from '../domain/ids.ts';

export const VISITOR_BYTES = 16;

/**
 * One reader as one organization sees them while the day key lives: the first 16 bytes of
 * SHA-256(organization id (16 bytes) | keyed address hash | user agent). The same reader is somebody else in every
 * other organization and under every other day's key.
 */
export function toVisitor(organizationId: OrganizationId, addressHash: Uint8Array, userAgent: string): Buffer {
  return createHash('sha256')
    .update(organizationId.replaceAll('-', ''), 'hex')
    .update(addressHash)
    .update(userAgent, 'utf8')
    .digest()
    .subarray(0, VISITOR_BYTES);
}

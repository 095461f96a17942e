import { hash } from 'node:crypto';
import type { OrganizationId } from '../domain/ids.ts';

export const VISITOR_BYTES = 16;

/**
 * One reader as one organization sees them while the day key lives: the first 16 bytes of
 * SHA-256(organization id (16 bytes) | keyed address hash | user agent). The same reader is somebody else in every
 * other organization and under every other day's key.
 */
export function toVisitor(organizationId: OrganizationId, addressHash: Uint8Array, userAgent: string): Buffer {
  const agentAt = ID_BYTES + addressHash.byteLength;
  const bytes = Buffer.allocUnsafe(agentAt + UTF8_BYTES_MAX * userAgent.length);
  bytes.write(organizationId.replaceAll('-', ''), 0, 'hex');
  bytes.set(addressHash, ID_BYTES);
  const end = agentAt + bytes.write(userAgent, agentAt, 'utf8');
  return hash('sha256', bytes.subarray(0, end), 'buffer').subarray(0, VISITOR_BYTES);
}

const ID_BYTES = 16;
const UTF8_BYTES_MAX = 3;

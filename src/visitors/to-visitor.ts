import { hash } from 'node:crypto';
import type { OrganizationId } from '../domain/ids.ts';

export const VISITOR_BYTES = 16;
/** In hex. */
export const VISITOR_CHARS = 2 * VISITOR_BYTES;

/**
 * One reader as one organization sees them while the day key lives: the first 16 bytes of
 * SHA-256(organization id (16 bytes) | keyed address hash | user agent). The same reader is somebody else in every
 * other organization and under every other day's key. In hex: many are held at once, and a text is smaller.
 */
export function toVisitor(organizationId: OrganizationId, addressHash: Uint8Array, userAgent: string): string {
  const agentAt = ID_BYTES + addressHash.byteLength;
  const bytes = Buffer.allocUnsafe(agentAt + UTF8_BYTES_MAX * userAgent.length);
  bytes.set(toIdBytes(organizationId), 0);
  bytes.set(addressHash, ID_BYTES);
  const end = agentAt + bytes.write(userAgent, agentAt, 'utf8');
  return hash('sha256', bytes.subarray(0, end), 'hex').slice(0, VISITOR_CHARS);
}

/** Of the last organization: hits of one come in a row. */
let last: { readonly id: OrganizationId; readonly bytes: Buffer } | null = null;

function toIdBytes(id: OrganizationId): Buffer {
  if (last?.id !== id) last = { id, bytes: Buffer.from(id.replaceAll('-', ''), 'hex') };
  return last.bytes;
}

const ID_BYTES = 16;
const UTF8_BYTES_MAX = 3;

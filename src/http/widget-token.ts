import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { toPurposeKey } from '../kit/crypto.ts';
import type { HttpContext } from './context.ts';

/** Whose engagement a widget's address shows, and until when (ms since the epoch). */
export interface WidgetGrant {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  readonly expiresAt: number;
}

/**
 * The grant as text for an address: its 38 bytes and their HMAC-SHA-256 in base64url. Nothing is kept: a grant ends by
 * its time, with its member, or for all at once when APP_SECRET changes.
 */
export async function toWidgetToken(context: HttpContext, grant: WidgetGrant): Promise<string> {
  const bytes = Buffer.alloc(GRANT_BYTES);
  toUuidBytes(grant.organizationId).copy(bytes, 0);
  toUuidBytes(grant.memberId).copy(bytes, UUID_BYTES);
  bytes.writeUIntBE(grant.expiresAt, 2 * UUID_BYTES, TIME_BYTES);
  return Buffer.concat([bytes, await sign(context, bytes)]).toString('base64url');
}

/** Null: not ours, changed, or past its time. */
export async function readWidgetToken(context: HttpContext, text: string): Promise<WidgetGrant | null> {
  if (!/^[A-Za-z0-9_-]{94}$/.test(text)) return null;
  const all = Buffer.from(text, 'base64url');
  if (all.length !== GRANT_BYTES + MAC_BYTES) return null;
  const bytes = all.subarray(0, GRANT_BYTES);
  if (!timingSafeEqual(all.subarray(GRANT_BYTES), await sign(context, bytes))) return null;
  const expiresAt = bytes.readUIntBE(2 * UUID_BYTES, TIME_BYTES);
  if (expiresAt <= context.clock.now()) return null;
  return {
    organizationId: toUuid(bytes.subarray(0, UUID_BYTES)) as OrganizationId,
    memberId: toUuid(bytes.subarray(UUID_BYTES, 2 * UUID_BYTES)) as MemberId,
    expiresAt,
  };
}

const UUID_BYTES = 16;
const TIME_BYTES = 6;
const GRANT_BYTES = 2 * UUID_BYTES + TIME_BYTES;
const MAC_BYTES = 32;

async function sign({ auth }: HttpContext, bytes: Buffer): Promise<Buffer> {
  const { secret } = await auth.$context;
  return createHmac('sha256', toPurposeKey(secret, 'widget-link')).update(bytes).digest();
}

function toUuidBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

function toUuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

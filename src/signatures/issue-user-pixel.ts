import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId, PixelId } from '../domain/ids.ts';
import { PIXEL_TOKEN_BYTES, type PixelToken } from '../domain/pixel-token.ts';
import { createSealedToken } from '../kit/sealed-token.ts';

// In: a member. Out: their one active user pixel. The token is returned once and stored only hashed and sealed; it
// must never be made by merely looking at a signature: only a new member, a rotation or the back-fill makes one.

export interface PixelOwner {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  /** toPurposeKey(appSecret, 'pixel-token'). */
  readonly tokenKey: Buffer;
}

export interface IssuedPixel {
  readonly pixelId: PixelId;
  readonly token: PixelToken;
}

/** Fails on the unique index when the member already has an active pixel: rotate instead. */
export async function issueUserPixel(trx: Transaction<Schema>, owner: PixelOwner): Promise<IssuedPixel> {
  const { row, token } = toUserPixelRow(owner);
  await trx.insertInto('signature_user_tracking').values(row).execute();
  return { pixelId: row.id, token };
}

/** A fresh token and the row that keeps it; sealed under the row's own id, so that no row can pass for another. */
export function toUserPixelRow(owner: PixelOwner) {
  const id = randomUUID() as string as PixelId;
  const token = createSealedToken(owner.tokenKey, id, PIXEL_TOKEN_BYTES);
  const row = {
    id,
    organization_id: owner.organizationId,
    user_id: owner.memberId,
    pixel_token_hash: token.hash,
    pixel_token_sealed: token.sealed,
  };
  return { row, token: token.text as PixelToken };
}

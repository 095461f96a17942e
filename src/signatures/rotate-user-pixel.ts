import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { type IssuedPixel, issueUserPixel, type PixelOwner } from './issue-user-pixel.ts';

/**
 * Gives the member a new user pixel. The old one is retired: it keeps answering, and its opens are marked as coming
 * from an old signature. Null when the organization has no such member. Two rotations at once happen one after the other.
 */
export async function rotateUserPixel(
  trx: Transaction<Schema>,
  owner: PixelOwner & { readonly now: number },
): Promise<IssuedPixel | null> {
  const member = await trx
    .selectFrom('organization_users')
    .where('organization_id', '=', owner.organizationId)
    .where('id', '=', owner.memberId)
    .select('id')
    .forUpdate()
    .executeTakeFirst();
  if (member === undefined) return null;
  await trx
    .updateTable('signature_user_tracking')
    .set({ is_active: false, retired_at: new Date(owner.now) })
    .where('organization_id', '=', owner.organizationId)
    .where('user_id', '=', owner.memberId)
    .where('is_active', '=', true)
    .execute();
  return issueUserPixel(trx, owner);
}

import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { toUserPixelRow } from './issue-user-pixel.ts';

/** A user pixel for each of many new members of one organization, in the transaction that made them. */
export async function issueUserPixels(
  trx: Transaction<Schema>,
  owners: {
    readonly organizationId: OrganizationId;
    readonly memberIds: readonly MemberId[];
    readonly tokenKey: Buffer;
  },
): Promise<void> {
  const { organizationId, memberIds, tokenKey } = owners;
  if (memberIds.length === 0) return;
  const rows = memberIds.map((memberId) => toUserPixelRow({ organizationId, memberId, tokenKey }).row);
  await trx.insertInto('signature_user_tracking').values(rows).execute();
}

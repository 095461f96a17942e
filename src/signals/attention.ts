import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { type Attention, DEFAULT_ATTENTION } from '../domain/attention.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { toTrackingSettings } from '../domain/settings.ts';

/** What a member wants to hear, and the clock that their times are of: their own, else the organization's. */
export async function readAttention(
  trx: Transaction<Schema>,
  { organizationId, memberId }: { readonly organizationId: OrganizationId; readonly memberId: MemberId },
): Promise<Attention & { readonly timeZone: string }> {
  const row = await trx
    .selectFrom('organization_users as m')
    .leftJoin('member_attention as a', 'a.user_id', 'm.id')
    .leftJoin('organization_settings as s', 's.organization_id', 'm.organization_id')
    .where('m.organization_id', '=', organizationId)
    .where('m.id', '=', memberId)
    .select(['m.timezone', 's.tracking_settings', 'a.quiet_from', 'a.quiet_to', 'a.minimum_level', 'a.digest_at'])
    .executeTakeFirstOrThrow();
  const { quiet_from: from, quiet_to: to } = row;
  return {
    quietHours: from === null || to === null ? null : { from, to },
    minimumLevel: row.minimum_level ?? DEFAULT_ATTENTION.minimumLevel,
    digestAt: row.digest_at,
    timeZone: row.timezone ?? toTrackingSettings(row.tracking_settings).timezone,
  };
}

/** Replaces it; signals raised from now on keep to it. */
export async function storeAttention(
  trx: Transaction<Schema>,
  change: {
    readonly organizationId: OrganizationId;
    readonly memberId: MemberId;
    readonly attention: Attention;
    readonly now: number;
  },
): Promise<void> {
  const { quietHours, minimumLevel, digestAt } = change.attention;
  const values = {
    quiet_from: quietHours?.from ?? null,
    quiet_to: quietHours?.to ?? null,
    minimum_level: minimumLevel,
    digest_at: digestAt,
    updated_at: new Date(change.now),
  };
  await trx
    .insertInto('member_attention')
    .values({ organization_id: change.organizationId, user_id: change.memberId, ...values })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(values))
    .execute();
}

import { sql } from 'kysely';
import type { Databases } from '../../src/db/open-databases.ts';
import type { CampaignId, MemberId, OrganizationId } from '../../src/domain/ids.ts';
import type { Device } from '../../src/domain/verdict.ts';

export interface CountedSlot {
  readonly at: number;
  readonly opens: number;
  readonly uniques: number;
  readonly device: Device;
}

export interface SlotOwner {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  readonly campaignId?: CampaignId;
}

/** Adds slots, and their local days, to the rollups as the process stage does: rows of one key add up. */
export async function storeSlots(
  { system }: Pick<Databases, 'system'>,
  owner: SlotOwner,
  slots: readonly CountedSlot[],
): Promise<void> {
  const rows = new Map<string, CountedSlot>();
  for (const slot of slots) {
    const key = `${slot.at} ${slot.device}`;
    const sum = rows.get(key) ?? { ...slot, opens: 0, uniques: 0 };
    rows.set(key, { ...sum, opens: sum.opens + slot.opens, uniques: sum.uniques + slot.uniques });
  }
  const values = [...rows.values()].map(({ at, opens, uniques, device }) => ({
    organization_id: owner.organizationId,
    user_id: owner.memberId,
    campaign_id: owner.campaignId ?? null,
    slot_at: new Date(at),
    verdict: 'human' as const,
    device,
    events: opens + 1,
    opens,
    uniques,
  }));
  if (values.length === 0) return;
  await system.insertInto('tracking_rollup_slots').values(values).execute();
  const ats = values.map(({ slot_at }) => slot_at.toISOString());
  await sql`
    insert into tracking_rollup_days as kept (organization_id, user_id, campaign_id, day, verdict, device, events, opens, uniques)
    select ${owner.organizationId}::uuid, ${owner.memberId}::uuid, ${owner.campaignId ?? null}::uuid, (slot.at at time zone coalesce((
        select tracking_settings ->> 'timezone' from organization_settings where organization_id = ${owner.organizationId}), 'UTC'))::date,
      'human', slot.device, sum(slot.opens + 1), sum(slot.opens), sum(slot.uniques)
    from unnest(${ats}::timestamptz[], ${values.map(({ device }) => device)}::text[], ${values.map(({ opens }) => opens)}::int[],
      ${values.map(({ uniques }) => uniques)}::int[]) as slot (at, device, opens, uniques)
    group by 4, 6
    on conflict (organization_id, user_id, campaign_id, day, verdict, device) do update
    set events = kept.events + excluded.events, opens = kept.opens + excluded.opens, uniques = kept.uniques + excluded.uniques`.execute(
    system,
  );
}

import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { DeliveryEvent, DestinationState, DestinationType, DisableReason } from '../domain/destination.ts';
import type { CampaignId, DestinationId, OrganizationId } from '../domain/ids.ts';

/** What people may see of a destination: nothing that is sealed. */
export interface DestinationSeen {
  readonly id: DestinationId;
  readonly type: DestinationType;
  readonly name: string;
  readonly label: string;
  readonly events: readonly DeliveryEvent[];
  readonly minimumLevel: 'warm' | 'hot' | null;
  readonly campaignIds: readonly CampaignId[] | null;
  readonly state: DestinationState;
  readonly disabledReason: DisableReason | null;
  readonly health: 'unused' | 'good' | 'failing' | 'paused' | 'disabled';
  readonly waiting: number;
  readonly failingSince: Date | null;
  readonly lastDeliveredAt: Date | null;
  readonly createdAt: Date;
}

/** By name; one of them when `destinationId` is given. */
export async function readDestinations(
  trx: Transaction<Schema>,
  { organizationId, destinationId = null }: { organizationId: OrganizationId; destinationId?: DestinationId | null },
): Promise<readonly DestinationSeen[]> {
  const { rows } = await sql<Omit<DestinationSeen, 'health'>>`
    select x.id, x.type, x.name, x.label, x.events, x.minimum_level as "minimumLevel", x.campaign_ids as "campaignIds",
      x.state, x.disabled_reason as "disabledReason", x.created_at as "createdAt",
      l.first_failure_at as "failingSince", l.last_success_at as "lastDeliveredAt",
      (select count(*) from deliveries d where d.destination_id = x.id and d.organization_id = ${organizationId}
        and d.state = 'waiting')::int as waiting
    from destinations x
    left join destination_lanes l on l.destination_id = x.id and l.organization_id = ${organizationId}
    where x.organization_id = ${organizationId} and (${destinationId}::uuid is null or x.id = ${destinationId}::uuid)
    order by lower(x.name), x.id`.execute(trx);
  return rows.map((row) => ({ ...row, health: toHealth(row) }));
}

function toHealth(row: Omit<DestinationSeen, 'health'>): DestinationSeen['health'] {
  if (row.state !== 'active') return row.state;
  if (row.failingSince !== null) return 'failing';
  return row.lastDeliveredAt === null ? 'unused' : 'good';
}

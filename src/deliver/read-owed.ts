import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { CampaignDeal } from '../db/schema.ts';
import type { DeliveryEvent, DestinationType } from '../domain/destination.ts';
import type { CampaignId, DeliveryId, DestinationId, OrganizationId } from '../domain/ids.ts';
import type { JsonObject } from './destination-kind.ts';

/** A delivery with all that a try takes. */
export interface Owed {
  readonly id: DeliveryId;
  readonly organizationId: OrganizationId;
  readonly destinationId: DestinationId;
  readonly destinationName: string;
  readonly destinationType: DestinationType;
  readonly credentialsSealed: Buffer;
  readonly type: DeliveryEvent | 'test';
  readonly level: 'warm' | 'hot' | null;
  readonly at: Date;
  readonly payload: JsonObject;
  /** Counted tries so far, this one left out. */
  readonly tries: number;
  readonly campaignId: CampaignId | null;
  readonly campaignName: string | null;
  readonly deal: CampaignDeal | null;
  /** What the memory is kept under besides the campaign. */
  readonly dealKey: string;
  readonly memory: JsonObject;
}

export async function readOwed(
  { system }: Pick<Databases, 'system'>,
  ids: readonly DeliveryId[],
): Promise<readonly Owed[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<Owed>`
    select d.id, d.organization_id as "organizationId", d.destination_id as "destinationId", x.name as "destinationName",
      x.type as "destinationType", x.credentials_sealed as "credentialsSealed", d.type, d.level, d.at, d.payload, d.tries,
      d.campaign_id as "campaignId", c.name as "campaignName", c.deal, coalesce(c.deal::text, '') as "dealKey",
      coalesce(m.memory, '{}'::jsonb) as memory
    from deliveries d
    join destinations x on x.id = d.destination_id
    left join signature_campaigns c on c.id = d.campaign_id
    left join destination_memories m on m.destination_id = d.destination_id and m.campaign_id = d.campaign_id
      and m.deal = coalesce(c.deal::text, '')
    where d.id = any(${ids}::uuid[])`.execute(system);
  return rows;
}

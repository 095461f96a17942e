import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { DeliveryEvent, DeliveryState } from '../domain/destination.ts';
import type { CampaignId, DeliveryId, DestinationId, OrganizationId } from '../domain/ids.ts';

export interface DeliverySeen {
  readonly id: DeliveryId;
  readonly destinationId: DestinationId;
  readonly type: DeliveryEvent | 'test';
  readonly level: 'warm' | 'hot' | null;
  readonly campaignId: CampaignId | null;
  readonly campaignName: string | null;
  readonly state: DeliveryState;
  readonly reason: string | null;
  readonly at: Date;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  readonly nextTryAt: Date;
  readonly tries: number;
  readonly lastStatus: number | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Where a page ends: its last delivery. */
export interface DeliveryPlace {
  readonly createdAt: Date;
  readonly id: DeliveryId;
}

export interface DeliveriesQuestion {
  readonly organizationId: OrganizationId;
  readonly destinationId: DestinationId;
  readonly state: DeliveryState | null;
  readonly limit: number;
  readonly after: DeliveryPlace | null;
}

/** Newest first. */
export async function readDeliveries(
  trx: Transaction<Schema>,
  { organizationId, destinationId, state, limit, after }: DeliveriesQuestion,
): Promise<{ readonly data: readonly DeliverySeen[]; readonly next: DeliveryPlace | null }> {
  const { rows } = await sql<DeliverySeen>`${selectSeen(organizationId)}
    where d.organization_id = ${organizationId} and d.destination_id = ${destinationId}
      and (${state}::text is null or d.state = ${state}::text)
      and (${after?.id ?? null}::uuid is null
        or (d.created_at, d.id) < (${after?.createdAt ?? null}::timestamptz, ${after?.id ?? null}::uuid))
    order by d.created_at desc, d.id desc limit ${limit + 1}::int`.execute(trx);
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rows.length > limit && last !== undefined ? last : null };
}

export interface AttemptSeen {
  readonly at: Date;
  readonly durationMs: number;
  readonly outcome: 'delivered' | 'retry' | 'give_up';
  readonly status: number | null;
  readonly reason: string | null;
  readonly answer: string;
}

export type DeliveryDetailSeen = DeliverySeen & { readonly attempts: readonly AttemptSeen[] };

/** Past any schedule and its replays nobody reads on. */
const ATTEMPTS_MAX = 200;

/** Null when the organization has no such delivery. */
export async function readDelivery(
  trx: Transaction<Schema>,
  { organizationId, deliveryId }: { organizationId: OrganizationId; deliveryId: DeliveryId },
): Promise<DeliveryDetailSeen | null> {
  const { rows } = await sql<DeliverySeen>`${selectSeen(organizationId)}
    where d.organization_id = ${organizationId} and d.id = ${deliveryId}`.execute(trx);
  const [delivery] = rows;
  if (delivery === undefined) return null;
  const attempts = await sql<AttemptSeen>`
    select attempted_at as at, duration_ms as "durationMs", outcome, status, reason, answer from (
      select * from delivery_attempts where organization_id = ${organizationId} and delivery_id = ${deliveryId}
      order by id desc limit ${ATTEMPTS_MAX}::int) newest order by id`.execute(trx);
  return { ...delivery, attempts: attempts.rows };
}

function selectSeen(organizationId: OrganizationId) {
  return sql`
    select d.id, d.destination_id as "destinationId", d.type, d.level, d.campaign_id as "campaignId", c.name as "campaignName",
      d.state, d.reason, d.at, d.created_at as "createdAt", d.finished_at as "finishedAt", d.next_try_at as "nextTryAt",
      d.tries, d.payload, (select a.status from delivery_attempts a where a.delivery_id = d.id
        and a.organization_id = ${organizationId} order by a.id desc limit 1) as "lastStatus"
    from deliveries d
    left join signature_campaigns c on c.id = d.campaign_id and c.organization_id = ${organizationId}`;
}

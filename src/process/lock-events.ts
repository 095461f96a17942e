import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { toArrayText } from '../db/to-array-text.ts';
import type { CampaignId, MemberId, OrganizationId } from '../domain/ids.ts';
import type { Judgement } from '../domain/verdict.ts';
import { toChunks } from './to-chunks.ts';

/** An event as it is stored now. */
export interface StoredEvent {
  readonly id: number;
  readonly hitAt: number;
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  readonly campaignId: CampaignId | null;
  readonly judgementId: number;
  readonly judgement: Judgement;
  readonly isCounted: boolean;
  readonly isUnique: boolean;
  readonly isNewReader: boolean | null;
  readonly country: string | null;
  readonly loads: number;
}

/** Where an event is: the whole of its key. */
export interface StoredPlace {
  readonly organizationId: OrganizationId;
  readonly hitAt: number;
  readonly eventId: number;
}

/**
 * Locks events until the transaction ends, by time and id, and answers those that are still there, by id. Lateral: one
 * look-up in the primary key an event, where the planner, who knows nothing of the last minutes, would read them all.
 */
export async function lockEvents(
  trx: Transaction<Schema>,
  events: readonly StoredPlace[],
): Promise<ReadonlyMap<number, StoredEvent>> {
  const sorted = [...new Map(events.map((event) => [event.eventId, event])).values()].sort(
    (a, b) => a.hitAt - b.hitAt || a.eventId - b.eventId,
  );
  const locked = new Map<number, StoredEvent>();
  for (const chunk of toChunks(sorted)) {
    const { rows } = await sql<EventRow>`
      select ${EVENT_COLUMNS}
      from unnest(${toArrayText(chunk.map(({ organizationId }) => organizationId))}::uuid[], ${toArrayText(chunk.map(({ eventId }) => eventId))}::bigint[],
        ${toArrayText(chunk.map(({ hitAt }) => hitAt))}::float8[]) with ordinality as want (organization_id, id, at, n)
      cross join lateral (
        select * from signature_tracking_events event
        where event.organization_id = want.organization_id and event.id = want.id
          and event.hit_at = to_timestamp(want.at / 1000)
          and event.hit_at between to_timestamp(${chunk[0]?.hitAt ?? 0}::float8 / 1000) and to_timestamp(${chunk.at(-1)?.hitAt ?? 0}::float8 / 1000)
        for update) as event
      join judgements judged on judged.id = event.judgement_id
      order by want.n`.execute(trx);
    for (const row of rows) locked.set(row.id, toStoredEvent(row));
  }
  return locked;
}

/** Of `signature_tracking_events event` joined with `judgements judged`. */
export const EVENT_COLUMNS = sql`event.id::float8 as id, (extract(epoch from event.hit_at) * 1000)::float8 as hit_at,
  event.organization_id, event.user_id, event.campaign_id, event.judgement_id, event.is_counted, event.is_unique,
  event.is_new_reader, event.country, event.load_count, judged.verdict, judged.confidence, judged.reason, judged.rules_version, judged.device,
  judged.client_family, judged.network_class, judged.hints`;

export interface EventRow {
  id: number;
  hit_at: number;
  organization_id: OrganizationId;
  user_id: MemberId;
  campaign_id: CampaignId | null;
  judgement_id: number;
  is_counted: boolean;
  is_unique: boolean;
  is_new_reader: boolean | null;
  country: string | null;
  load_count: number;
  verdict: Judgement['verdict'];
  confidence: Judgement['confidence'];
  reason: string;
  rules_version: number;
  device: Judgement['device'];
  client_family: string;
  network_class: Judgement['networkClass'];
  hints: string;
}

export function toStoredEvent(row: EventRow): StoredEvent {
  return {
    id: row.id,
    hitAt: row.hit_at,
    organizationId: row.organization_id,
    memberId: row.user_id,
    campaignId: row.campaign_id,
    judgementId: row.judgement_id,
    isCounted: row.is_counted,
    isUnique: row.is_unique,
    isNewReader: row.is_new_reader,
    country: row.country,
    loads: row.load_count,
    judgement: {
      verdict: row.verdict,
      confidence: row.confidence,
      reason: row.reason,
      rulesVersion: row.rules_version,
      device: row.device,
      clientFamily: row.client_family,
      networkClass: row.network_class,
      hints: row.hints,
    },
  };
}

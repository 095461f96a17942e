import { sql, type Transaction } from 'kysely';
import type { Open, OpenFeed } from '../contract/open-feed.ts';
import type { Schema } from '../db/schema.ts';
import { explain } from '../domain/reasons.ts';
import type { Viewer } from './read-viewer.ts';

export interface OpensQuestion {
  readonly limit: number;
  /** The `next` of the page before; null: from the newest. */
  readonly cursor: string | null;
}

/**
 * A member's judged opens, those that do not count included, newest first. The index finds a member's opens by UTC days
 * and the answer sorts them, so a page looks back a day first, and further only while it is not full.
 */
export async function readOpens(
  trx: Transaction<Schema>,
  { organizationId, memberId, hasUniques }: Viewer,
  { limit, cursor }: OpensQuestion,
): Promise<OpenFeed> {
  const [at, id] = cursor?.split('.') ?? [];
  const isBefore =
    at === undefined || id === undefined
      ? sql``
      : sql`and (event.hit_at, event.id) < (to_timestamp(${at}::float8 / 1000), ${id}::bigint)`;
  const upTo = at === undefined ? sql`now()` : sql`to_timestamp(${at}::float8 / 1000)`;
  let rows: readonly OpenRow[] = [];
  for (const days of LOOK_BACK_DAYS) {
    ({ rows } = await sql<OpenRow>`
      ${OPENS_AS_ROWS}
      where event.organization_id = ${organizationId} and event.user_id = ${memberId} ${isBefore}
        and event.hit_at >= date_trunc('day', ${upTo}, 'UTC') - make_interval(days => ${days})
        and (event.hit_at at time zone 'UTC')::date >= (${upTo} at time zone 'UTC')::date - ${days}::int
      order by event.hit_at desc, event.id desc limit ${limit + 1}`.execute(trx));
    if (rows.length > limit) break;
  }
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    data: page.map((row) => toOpen(row, hasUniques)),
    next: rows.length > limit && last ? `${last.at.getTime()}.${last.id}` : null,
  };
}

/** The last is further back than any retention. */
const LOOK_BACK_DAYS = [1, 7, 56, 800] as const;

/** An open as every feed shows it: `select … from …`, to be followed by `where`. The event is called `event`. */
export const OPENS_AS_ROWS = sql`
    select event.id::text as id, event.hit_at as at, event.tracking_type as "trackingType", event.campaign_id as "campaignId",
      campaign.name as "campaignName", event.verdict, judged.confidence, judged.reason, judged.device,
      event.is_counted as counted, event.is_unique as unique, event.load_count as loads, event.is_old_signature as "oldSignature"
    from signature_tracking_events event
    join judgements judged on judged.id = event.judgement_id
    left join signature_campaigns campaign on campaign.id = event.campaign_id`;

export type OpenRow = Omit<Open, 'at' | 'explanation' | 'unique'> & { at: Date; unique: boolean };

export function toOpen(row: OpenRow, hasUniques: boolean): Open {
  return {
    ...row,
    at: row.at.toISOString(),
    explanation: explain(row.reason),
    unique: hasUniques ? row.unique : null,
  };
}

import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { SLOT_MS } from '../domain/calendar.ts';
import type { OpenEvent } from './mark-unique.ts';
import { toChunks } from './to-chunks.ts';

/**
 * Adds the events to the two rollups that every dashboard reads: 15-minute UTC slots and organization-local days.
 * Rows are added up in memory first and written in the order of their keys, so that processors cannot deadlock.
 */
export async function rollUp(trx: Transaction<Schema>, events: readonly OpenEvent[]): Promise<void> {
  const slots = addUp(events, (event) => new Date(Math.floor(event.hit.hitAt / SLOT_MS) * SLOT_MS).toISOString());
  for (const chunk of toChunks(slots)) await storeSlots(trx, chunk);
  const days = addUp(events, (event) => event.localDay);
  for (const chunk of toChunks(days)) await storeDays(trx, chunk);
}

interface Sums {
  readonly key: string;
  readonly window: string;
  /** Any event of the row: it tells the dimensions. */
  readonly event: OpenEvent;
  events: number;
  opens: number;
  uniques: number;
}

function addUp(events: readonly OpenEvent[], toWindow: (event: OpenEvent) => string): readonly Sums[] {
  const rows = new Map<string, Sums>();
  for (const event of events) {
    const { pixel, judgement } = event;
    const window = toWindow(event);
    const key = `${pixel.organizationId}|${pixel.memberId}|${pixel.campaignId}|${window}|${judgement.verdict}|${judgement.device}`;
    let row = rows.get(key);
    if (!row) {
      row = { key, window, event, events: 0, opens: 0, uniques: 0 };
      rows.set(key, row);
    }
    row.events += 1;
    row.opens += event.isCounted ? 1 : 0;
    row.uniques += event.isUnique ? 1 : 0;
  }
  return [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function toInput(rows: readonly Sums[]) {
  const column = <T>(read: (row: Sums) => T): T[] => rows.map(read);
  return sql`unnest(${column((row) => row.event.pixel.organizationId)}::uuid[], ${column((row) => row.event.pixel.memberId)}::uuid[],
    ${column((row) => row.event.pixel.campaignId)}::uuid[], ${column((row) => row.window)}::text[],
    ${column((row) => row.event.judgement.verdict)}::text[], ${column((row) => row.event.judgement.device)}::text[],
    ${column((row) => row.events)}::int[], ${column((row) => row.opens)}::int[], ${column((row) => row.uniques)}::int[])
    with ordinality as input (organization_id, user_id, campaign_id, "window", verdict, device, events, opens, uniques, n)`;
}

async function storeSlots(trx: Transaction<Schema>, rows: readonly Sums[]): Promise<void> {
  await sql`
    insert into tracking_rollup_slots as kept (organization_id, user_id, campaign_id, slot_at, verdict, device, events, opens, uniques)
    select organization_id, user_id, campaign_id, "window"::timestamptz, verdict, device, events, opens, uniques
    from ${toInput(rows)} order by n
    on conflict (organization_id, user_id, campaign_id, slot_at, verdict, device) do update
    set events = kept.events + excluded.events, opens = kept.opens + excluded.opens, uniques = kept.uniques + excluded.uniques`.execute(
    trx,
  );
}

async function storeDays(trx: Transaction<Schema>, rows: readonly Sums[]): Promise<void> {
  await sql`
    insert into tracking_rollup_days as kept (organization_id, user_id, campaign_id, day, verdict, device, events, opens, uniques)
    select organization_id, user_id, campaign_id, "window"::date, verdict, device, events, opens, uniques
    from ${toInput(rows)} order by n
    on conflict (organization_id, user_id, campaign_id, day, verdict, device) do update
    set events = kept.events + excluded.events, opens = kept.opens + excluded.opens, uniques = kept.uniques + excluded.uniques`.execute(
    trx,
  );
}

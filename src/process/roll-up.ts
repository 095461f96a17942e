import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { toArrayText } from '../db/to-array-text.ts';
import { SLOT_MS } from '../domain/calendar.ts';
import type { CampaignId, MemberId, OrganizationId } from '../domain/ids.ts';
import type { Device, Verdict } from '../domain/verdict.ts';
import type { OpenEvent } from './mark-unique.ts';
import { sendTogether } from './send-together.ts';
import { toChunks } from './to-chunks.ts';

/** What an event adds to the rollups or, below zero, takes from them. */
export interface RollupChange {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  readonly campaignId: CampaignId | null;
  /** Milliseconds. */
  readonly hitAt: number;
  /** The organization's local day, "YYYY-MM-DD". */
  readonly localDay: string;
  readonly verdict: Verdict;
  readonly device: Device;
  readonly events: number;
  readonly opens: number;
  readonly uniques: number;
}

/** What a new event adds. */
export function toRollupChange({ pixel, hit, judgement, localDay, isCounted, isUnique }: OpenEvent): RollupChange {
  return {
    organizationId: pixel.organizationId,
    memberId: pixel.memberId,
    campaignId: pixel.campaignId,
    hitAt: hit.hitAt,
    localDay,
    verdict: judgement.verdict,
    device: judgement.device,
    events: 1,
    opens: isCounted ? 1 : 0,
    uniques: isUnique ? 1 : 0,
  };
}

/**
 * Adds the changes to the two rollups that every dashboard reads: 15-minute UTC slots and organization-local days.
 * Rows are added up in memory first and written in the order of their keys, so that processors cannot deadlock. A row
 * whose last event went goes too.
 */
export async function rollUp(trx: Transaction<Schema>, changes: readonly RollupChange[]): Promise<void> {
  await sendTogether(toStatements(trx, changes));
}

/** Days are added up while the database works on the slots. */
function* toStatements(trx: Transaction<Schema>, changes: readonly RollupChange[]): Generator<() => Promise<void>> {
  const slots = addUp(changes, ({ hitAt }) => new Date(Math.floor(hitAt / SLOT_MS) * SLOT_MS).toISOString());
  for (const chunk of toChunks(slots)) yield () => storeSlots(trx, chunk);
  for (const chunk of toChunks(slots.filter(isLess))) yield () => removeEmptySlots(trx, chunk);
  const days = addUp(changes, ({ localDay }) => localDay);
  for (const chunk of toChunks(days, DAYS_ROWS_MAX)) yield () => storeDays(trx, chunk);
  for (const chunk of toChunks(days.filter(isLess), DAYS_ROWS_MAX)) yield () => removeEmptyDays(trx, chunk);
}

/**
 * More than a batch has: one statement, whose triggers lock the rows of campaigns in one order, whoever's members they
 * are. A larger one (bursts found late) may meet another the wrong way round, and is then tried again.
 */
const DAYS_ROWS_MAX = 10_000;

interface Sums {
  readonly key: string;
  readonly window: string;
  /** Any change of the row: it tells the dimensions. */
  readonly change: RollupChange;
  events: number;
  opens: number;
  uniques: number;
}

/** Rows in which nothing changes in the end are left out. */
function addUp(changes: readonly RollupChange[], toWindow: (change: RollupChange) => string): readonly Sums[] {
  const rows = new Map<string, Sums>();
  for (const change of changes) {
    const window = toWindow(change);
    const key = `${change.organizationId}|${change.memberId}|${change.campaignId}|${window}|${change.verdict}|${change.device}`;
    let row = rows.get(key);
    if (!row) {
      row = { key, window, change, events: 0, opens: 0, uniques: 0 };
      rows.set(key, row);
    }
    row.events += change.events;
    row.opens += change.opens;
    row.uniques += change.uniques;
  }
  return [...rows.values()]
    .filter((row) => row.events !== 0 || row.opens !== 0 || row.uniques !== 0)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function isLess({ events }: Sums): boolean {
  return events < 0;
}

function toInput(rows: readonly Sums[]) {
  const column = <T>(read: (row: Sums) => T): T[] => rows.map(read);
  return sql`unnest(${toArrayText(column((row) => row.change.organizationId))}::uuid[], ${toArrayText(column((row) => row.change.memberId))}::uuid[],
    ${toArrayText(column((row) => row.change.campaignId))}::uuid[], ${toArrayText(column((row) => row.window))}::text[],
    ${toArrayText(column((row) => row.change.verdict))}::text[], ${toArrayText(column((row) => row.change.device))}::text[],
    ${toArrayText(column((row) => row.events))}::int[], ${toArrayText(column((row) => row.opens))}::int[], ${toArrayText(column((row) => row.uniques))}::int[])
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

/** The rows are locked by the statement before. One below zero was purged meanwhile, and must not come back. */
async function removeEmptySlots(trx: Transaction<Schema>, rows: readonly Sums[]): Promise<void> {
  await sql`
    delete from tracking_rollup_slots kept using ${toInput(rows)}
    where kept.organization_id = input.organization_id and kept.user_id = input.user_id
      and kept.campaign_id is not distinct from input.campaign_id and kept.slot_at = input."window"::timestamptz
      and kept.verdict = input.verdict and kept.device = input.device and kept.events <= 0`.execute(trx);
}

async function removeEmptyDays(trx: Transaction<Schema>, rows: readonly Sums[]): Promise<void> {
  await sql`
    delete from tracking_rollup_days kept using ${toInput(rows)}
    where kept.organization_id = input.organization_id and kept.user_id = input.user_id
      and kept.campaign_id is not distinct from input.campaign_id and kept.day = input."window"::date
      and kept.verdict = input.verdict and kept.device = input.device and kept.events <= 0`.execute(trx);
}

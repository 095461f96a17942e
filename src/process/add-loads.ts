import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { toArrayText } from '../db/to-array-text.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { DropCounts } from './drop-counts.ts';
import type { LaterLoads } from './fold-bursts.ts';
import { sendTogether } from './send-together.ts';
import { toChunks } from './to-chunks.ts';

/** A storm may load an image more often than a smallint counts; the count stays at its top. */
export const LOAD_COUNT_MAX = 32_767;

export type StoredLoads = LaterLoads & { readonly eventId: number };

/**
 * Adds loads to events that are stored, and answers those whose event is still there. The loads of an event that was
 * withdrawn, in this batch or before, are counted as its own were. The pixels' rows are locked: nobody else adds.
 */
export async function addLoads(
  trx: Transaction<Schema>,
  laterLoads: readonly StoredLoads[],
  counts: DropCounts,
): Promise<readonly StoredLoads[]> {
  const sorted = [...laterLoads].sort((a, b) => a.hitAt - b.hitAt || a.eventId - b.eventId);
  const there = new Set((await sendTogether(toChunks(sorted).map((chunk) => () => addChunk(trx, chunk)))).flat());
  for (const { pixel, eventId, hitAt, loads } of laterLoads)
    if (!there.has(eventId)) counts.drop(pixel, 'scanner', { hitAt, hits: loads });
  return laterLoads.filter(({ eventId }) => there.has(eventId));
}

/**
 * Bounded by the weeks of the partitions and no closer: the planner believes that nearly no event is as new as these,
 * and would rather read all of the last seconds than look each one up.
 */
async function addChunk(trx: Transaction<Schema>, chunk: readonly StoredLoads[]): Promise<readonly number[]> {
  const first = toWeekStart(chunk[0]?.hitAt ?? 0);
  const end = toWeekStart(chunk.at(-1)?.hitAt ?? 0) + WEEK_MS;
  const { rows } = await sql<{ ids: string | null }>`
    with there as (
      update signature_tracking_events event set load_count = least(${LOAD_COUNT_MAX}::int, event.load_count + later.loads)::smallint
      from unnest(${toArrayText(chunk.map((later) => later.pixel.organizationId))}::uuid[],
        ${toArrayText(chunk.map((later) => later.eventId))}::bigint[], ${toArrayText(chunk.map((later) => later.hitAt))}::float8[],
        ${toArrayText(chunk.map((later) => later.loads))}::int[]) as later (organization_id, id, hit_at, loads)
      where event.organization_id = later.organization_id and event.id = later.id and event.hit_at = to_timestamp(later.hit_at / 1000)
        and event.hit_at >= to_timestamp(${first}::float8 / 1000) and event.hit_at < to_timestamp(${end}::float8 / 1000)
      returning event.id
    )
    select string_agg(id::text, ',') as ids from there`.execute(trx);
  return rows[0]?.ids?.split(',').map(Number) ?? [];
}

const WEEK_MS = 7 * DAY_MS;
/** 1970-01-05, a Monday: partitions begin on one, UTC. */
const FIRST_WEEK_AT = 4 * DAY_MS;

function toWeekStart(at: number): number {
  return Math.floor((at - FIRST_WEEK_AT) / WEEK_MS) * WEEK_MS + FIRST_WEEK_AT;
}

import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { addDays, toDayStart } from '../domain/calendar.ts';
import { toKeptFrom, type Viewer } from './read-viewer.ts';

export interface DayFigures {
  readonly day: string;
  readonly opens: number;
  readonly uniques: number;
}

/**
 * The figures of consecutive local days, oldest first, zeros included. Days whose slots are all kept come from the
 * slots, in the viewer's zone; older ones from the days' rollup, whose days are the organization's.
 */
export async function readDays(
  trx: Transaction<Schema>,
  viewer: Viewer,
  days: readonly string[],
  now: number,
): Promise<readonly DayFigures[]> {
  const keptFrom = toKeptFrom(now, viewer.settings);
  const firstKept = days.findIndex((day) => toDayStart(day, viewer.timeZone) >= keptFrom);
  const split = firstKept === -1 ? days.length : firstKept;
  const old = split > 0 ? await readOldDays(trx, viewer, days.slice(0, split)) : [];
  const kept = split < days.length ? await readKeptDays(trx, viewer, days.slice(split)) : [];
  return [...old, ...kept];
}

async function readKeptDays(
  trx: Transaction<Schema>,
  viewer: Viewer,
  days: readonly string[],
): Promise<readonly DayFigures[]> {
  const starts = days.map((day) => new Date(toDayStart(day, viewer.timeZone)));
  const bucket = sql<number>`width_bucket(slot_at, ${starts.map((start) => start.toISOString())}::timestamptz[])`;
  const rows = await trx
    .selectFrom('tracking_rollup_slots')
    .where('organization_id', '=', viewer.organizationId)
    .where('user_id', '=', viewer.memberId)
    .where('campaign_id', 'is', null)
    .where('slot_at', '>=', starts[0] ?? new Date(0))
    .where('slot_at', '<', new Date(toDayStart(addDays(days.at(-1) ?? '', 1), viewer.timeZone)))
    .where('opens', '>', 0)
    .select([
      bucket.as('bucket'),
      sql<number>`sum(opens)::int`.as('opens'),
      sql<number>`sum(uniques)::int`.as('uniques'),
    ])
    .groupBy('bucket')
    .execute();
  const byBucket = new Map(rows.map((row) => [row.bucket, row]));
  return days.map((day, index) => toFigures(day, byBucket.get(index + 1)));
}

async function readOldDays(
  trx: Transaction<Schema>,
  viewer: Viewer,
  days: readonly string[],
): Promise<readonly DayFigures[]> {
  const rows = await trx
    .selectFrom('tracking_rollup_days')
    .where('organization_id', '=', viewer.organizationId)
    .where('user_id', '=', viewer.memberId)
    .where('campaign_id', 'is', null)
    .where('day', '>=', days[0] ?? '')
    .where('day', '<=', days.at(-1) ?? '')
    .where('opens', '>', 0)
    .groupBy('day')
    .select(['day', sql<number>`sum(opens)::int`.as('opens'), sql<number>`sum(uniques)::int`.as('uniques')])
    .execute();
  const byDay = new Map(rows.map((row) => [row.day, row]));
  return days.map((day) => toFigures(day, byDay.get(day)));
}

function toFigures(day: string, row: { opens: number; uniques: number } | undefined): DayFigures {
  return { day, opens: row?.opens ?? 0, uniques: row?.uniques ?? 0 };
}

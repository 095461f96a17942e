import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { addDays, toDayStart } from '../domain/calendar.ts';
import { readSlots } from './read-slots.ts';
import { toKeptFrom, type Viewer } from './read-viewer.ts';

export interface DayFigures {
  readonly day: string;
  readonly opens: number;
  readonly uniques: number;
}

/**
 * The figures of consecutive local days, oldest first, zeros included. Who reads in the organization's zone reads its
 * totals; who has a zone of their own reads the hours that are kept, and before them the organization's days.
 */
export async function readDays(
  trx: Transaction<Schema>,
  viewer: Viewer,
  days: readonly string[],
  now: number,
): Promise<readonly DayFigures[]> {
  if (viewer.timeZone === viewer.organizationZone) return readTotals(trx, viewer, days);
  const keptFrom = toKeptFrom(now, viewer.settings);
  const firstKept = days.findIndex((day) => toDayStart(day, viewer.timeZone) >= keptFrom);
  const split = firstKept === -1 ? days.length : firstKept;
  const old = split > 0 ? await readTotals(trx, viewer, days.slice(0, split)) : [];
  const kept = split < days.length ? await readKeptDays(trx, viewer, days.slice(split)) : [];
  return [...old, ...kept];
}

async function readKeptDays(
  trx: Transaction<Schema>,
  viewer: Viewer,
  days: readonly string[],
): Promise<readonly DayFigures[]> {
  const starts = [...days, addDays(days.at(-1) ?? '', 1)].map((day) => toDayStart(day, viewer.timeZone));
  const slots = await readSlots(trx, viewer, { from: starts[0] ?? 0, to: starts.at(-1) ?? 0 });
  const figures = days.map((day) => ({ day, opens: 0, uniques: 0 }));
  let index = 0;
  for (const { at, opens, uniques } of slots) {
    while (at >= (starts[index + 1] ?? Number.POSITIVE_INFINITY)) index += 1;
    const row = figures[index];
    if (!row) break;
    row.opens += opens;
    row.uniques += uniques;
  }
  return figures;
}

async function readTotals(
  trx: Transaction<Schema>,
  viewer: Viewer,
  days: readonly string[],
): Promise<readonly DayFigures[]> {
  const { rows } = await sql<{ day: string; opens: number; uniques: number }>`
    select day::text as day, opens, uniques from tracking_rollup_totals
    where organization_id = ${viewer.organizationId} and user_id = ${viewer.memberId}
      and day >= ${days[0]}::date and day <= ${days.at(-1)}::date`.execute(trx);
  const byDay = new Map(rows.map((row) => [row.day, row]));
  return days.map((day) => ({ day, opens: byDay.get(day)?.opens ?? 0, uniques: byDay.get(day)?.uniques ?? 0 }));
}

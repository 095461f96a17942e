import type { Transaction } from 'kysely';
import type { Hours } from '../contract/hours.ts';
import type { Schema } from '../db/schema.ts';
import { addDays, toDayStart, toLocalDay } from '../domain/calendar.ts';
import { readSlots } from './read-slots.ts';
import type { Viewer } from './read-viewer.ts';
import { PEAK_DAYS, toHourCells, WEEKDAYS } from './to-peak-hours.ts';

/** The heat map behind the peak hours: opens per hour of the week, of the 56 local days before today. One query. */
export async function readHours(trx: Transaction<Schema>, viewer: Viewer, now: number): Promise<Hours> {
  const { timeZone } = viewer;
  const today = toLocalDay(now, timeZone);
  const first = addDays(today, -PEAK_DAYS);
  const period = { from: toDayStart(first, timeZone), to: toDayStart(today, timeZone) };
  const cells = toHourCells(await readSlots(trx, viewer, period), timeZone);
  return {
    data: WEEKDAYS.map((day, index) => ({ day, opens: cells.slice(index * 24, index * 24 + 24) })),
    from: first,
    to: addDays(today, -1),
    timezone: timeZone,
  };
}

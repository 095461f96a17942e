import type { PeakHour } from '../contract/my-stats.ts';
import { toHourOfWeek } from '../domain/calendar.ts';
import type { SlotFigures } from './read-slots.ts';

/** The local days before today that peak hours are made of: eight of each weekday. */
export const PEAK_DAYS = 56;
const PEAK_WEEKS = 8;
const PEAK_HOURS_MAX = 3;
export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/**
 * The best hours of the week, best first, ties to the earlier hour of a week that begins on Monday; hours without an
 * open are left out. An hour that a clock change repeats is one cell, one that it skips is empty that week.
 */
export function toPeakHours(slots: readonly SlotFigures[], timeZone: string): PeakHour[] {
  return [...toHourCells(slots, timeZone).entries()]
    .filter(([, opens]) => opens > 0)
    .sort(([cellA, opensA], [cellB, opensB]) => opensB - opensA || cellA - cellB)
    .slice(0, PEAK_HOURS_MAX)
    .map(([cell, opens]) => ({
      hour: cell % 24,
      day: WEEKDAYS[Math.floor(cell / 24)] ?? 'Monday',
      avgOpens: Math.round((opens * 10) / PEAK_WEEKS) / 10,
    }));
}

/** Opens per hour of the week: 168 numbers, Monday 0:00 first. */
export function toHourCells(slots: readonly SlotFigures[], timeZone: string): number[] {
  const cells = new Array<number>(168).fill(0);
  for (const slot of slots) {
    const cell = toHourOfWeek(slot.at, timeZone);
    cells[cell] = (cells[cell] ?? 0) + slot.opens;
  }
  return cells;
}

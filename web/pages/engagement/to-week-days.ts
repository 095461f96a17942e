import type { Daily } from '../../../src/contract/daily.ts';

/** One bar: a day of the last seven, and the same weekday a week earlier. */
export interface WeekDay {
  /** YYYY-MM-DD. */
  readonly date: string;
  /** "Tue". */
  readonly weekday: string;
  /** "Tue 18 Nov". */
  readonly label: string;
  readonly opens: number;
  readonly unique: number | null;
  /** Opens of the same weekday one week earlier; null where the answer does not reach back so far. */
  readonly opensBefore: number | null;
  readonly isToday: boolean;
}

export const WEEK_DAYS = 7;

/** The last seven of the days that came, oldest first; the last one is today and still running. */
export function toWeekDays(rows: Daily['data']): readonly WeekDay[] {
  const start = Math.max(0, rows.length - WEEK_DAYS);
  return rows.slice(start).map((row, index) => ({
    date: row.date,
    weekday: format(row.date, { weekday: 'short' }),
    label: `${format(row.date, { weekday: 'short' })} ${format(row.date, { day: 'numeric' })} ${format(row.date, { month: 'short' })}`,
    opens: row.opens,
    unique: row.unique,
    opensBefore: rows[start + index - WEEK_DAYS]?.opens ?? null,
    isToday: start + index === rows.length - 1,
  }));
}

/** The date is already local: read and written as UTC it stays the day that it is. */
function format(date: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
}

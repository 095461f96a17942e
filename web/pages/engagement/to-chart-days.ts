import type { Daily } from '../../../src/contract/daily.ts';
import { region } from '../../messages/locale.ts';

/** One bar: a day of the span, and the day as many days earlier: the same weekday of the week before. */
export interface ChartDay {
  /** YYYY-MM-DD. */
  readonly date: string;
  /** "Tue". */
  readonly weekday: string;
  /** "18 Nov". */
  readonly dayOfMonth: string;
  /** "Tue 18 Nov". */
  readonly label: string;
  readonly opens: number;
  readonly unique: number | null;
  /** Opens of the day one span earlier; null where the answer does not reach back so far. */
  readonly opensBefore: number | null;
  readonly isToday: boolean;
}

export type Span = 7 | 30;

/** The last `span` of the days that came, oldest first; the last one is today and still running. */
export function toChartDays(rows: Daily['data'], span: Span): readonly ChartDay[] {
  const start = Math.max(0, rows.length - span);
  return rows.slice(start).map((row, index) => {
    // The date is already local: read and written as UTC it stays the day that it is.
    const day = new Date(`${row.date}T00:00:00Z`);
    return {
      date: row.date,
      weekday: weekday.format(day),
      dayOfMonth: dayOfMonth.format(day),
      label: `${weekday.format(day)} ${dayOfMonth.format(day)}`,
      opens: row.opens,
      unique: row.unique,
      opensBefore: rows[start + index - span]?.opens ?? null,
      isToday: start + index === rows.length - 1,
    };
  });
}

const weekday = new Intl.DateTimeFormat(region, { weekday: 'short', timeZone: 'UTC' });
const dayOfMonth = new Intl.DateTimeFormat(region, { day: 'numeric', month: 'short', timeZone: 'UTC' });

import type { PeakHour } from '../../../src/contract/my-stats.ts';
import { locale, region } from '../../messages/locale.ts';
import type { Words } from '../../messages/use-words.ts';

/** "Tuesdays at 10 am", or "dienstags um 10 Uhr". */
export function toHourWords(words: Words<'engagement'>, { day, hour }: Pick<PeakHour, 'day' | 'hour'>): string {
  return words('hourOfWeek', { day, time: toClockWords(words, hour) });
}

function toClockWords(words: Words<'engagement'>, hour: number): string {
  if (hour === 0) return words('midnight');
  if (hour === 12) return words('noon');
  return toClock(hour);
}

const clock = new Intl.DateTimeFormat(region, {
  hour: 'numeric',
  timeZone: 'UTC',
  // British English writes 10:00 by default, where everybody says 10 am.
  ...(locale === 'en' ? { hourCycle: 'h12' } : {}),
});

/** "10 am", as the person's region writes an hour of the day. */
export function toClock(hour: number): string {
  return clock.format(new Date(Date.UTC(2026, 0, 1, hour)));
}

import { region } from '../messages/locale.ts';

const day = new Intl.DateTimeFormat(region, { day: 'numeric', month: 'short', year: 'numeric' });

/** "18 Nov 2026", in this browser's time zone and as its region writes it. */
export function toDayWords(instant: string): string {
  return day.format(new Date(instant));
}

import { region } from '../messages/locale.ts';

const minute = new Intl.DateTimeFormat(region, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** "18 Nov 2026, 10:42", in this browser's time zone and as its region writes it. */
export function toMinuteWords(instant: string): string {
  return minute.format(new Date(instant));
}

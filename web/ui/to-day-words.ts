const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** "18 Nov 2026", in this browser's time zone. */
export function toDayWords(instant: string): string {
  return day.format(new Date(instant));
}

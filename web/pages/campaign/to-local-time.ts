/** An instant as the clocks of a zone show it, for a field of date and time: "2026-03-01T09:00"; empty for none. */
export function toLocalTime(instant: string | null, timeZone: string): string {
  if (instant === null) return '';
  // Swedish writes dates as ISO 8601 does.
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return shown.format(new Date(instant)).replace(' ', 'T');
}

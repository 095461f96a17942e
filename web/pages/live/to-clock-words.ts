import { region } from '../../messages/locale.ts';

const today = new Intl.DateTimeFormat(region, { hour: '2-digit', minute: '2-digit' });
const precise = new Intl.DateTimeFormat(region, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const earlier = new Intl.DateTimeFormat(region, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** "10:42", with the day when it is another one. */
export function toClockWords(instant: string, isPrecise = false): string {
  const at = new Date(instant);
  if (at.toDateString() !== new Date().toDateString()) return earlier.format(at);
  return (isPrecise ? precise : today).format(at);
}

/** Pure rules of days, weeks and hours in a time zone. A day is "YYYY-MM-DD"; DST days have 23 or 25 hours. */

export const SLOT_MS = 900_000;

/** The local calendar day of an instant (milliseconds since the epoch). All zones' offsets are whole quarter hours. */
export function toLocalDay(at: number, timeZone: string): string {
  const slot = Math.floor(at / SLOT_MS) * SLOT_MS;
  const days = dayCache(timeZone);
  let day = days.get(slot);
  if (day === undefined) {
    if (days.size >= DAYS_CACHED_MAX) days.clear();
    day = dayFormat(timeZone).format(slot);
    days.set(slot, day);
  }
  return day;
}

const DAYS_CACHED_MAX = 20_000;
const formats = new Map<string, Intl.DateTimeFormat>();
const caches = new Map<string, Map<number, string>>();

function dayFormat(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formats.set(timeZone, format);
  }
  return format;
}

function dayCache(timeZone: string): Map<number, string> {
  let cache = caches.get(timeZone);
  if (!cache) {
    cache = new Map();
    caches.set(timeZone, cache);
  }
  return cache;
}

/**
 * Pure rules of days, weeks and hours in a time zone. A day is "YYYY-MM-DD"; an instant is milliseconds since the
 * epoch. Days of 23, 24 or 25 hours, and days whose midnight does not exist, are as long as they are: a period runs
 * from the first instant of its first day to the first instant of the day after its last.
 */

export const SLOT_MS = 900_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** From an instant to the one before which it ends. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** The local calendar day of an instant. */
export function toLocalDay(at: number, timeZone: string): string {
  return toDayText(Math.floor(toClock(at, timeZone) / DAY_MS));
}

/** The first instant of a local day; of a day that the zone left out (Apia, 2011-12-30), that of the next. */
export function toDayStart(day: string, timeZone: string): number {
  return toInstant(toDayNumber(day) * DAY_MS, timeZone);
}

/** What the local clock shows ("2026-03-29T09:00") as an instant; a time that the zone skips is its next instant. */
export function toLocalInstant(clockText: string, timeZone: string): number {
  return toInstant(Date.parse(`${clockText}Z`), timeZone);
}

/** `days` may be negative. Calendar arithmetic: no zone, no hours. */
export function addDays(day: string, days: number): string {
  return toDayText(toDayNumber(day) + days);
}

/** The Monday of the day's week. */
export function toWeekStart(day: string): string {
  return addDays(day, -toWeekday(day));
}

export function toMonthStart(day: string): string {
  return `${day.slice(0, 8)}01`;
}

/** 0 Monday to 6 Sunday. */
export function toWeekday(day: string): number {
  return toWeekdayOf(toDayNumber(day));
}

/** The last `count` local days, oldest first; the last is the day of `now`. */
export function toLastDays(now: number, count: number, timeZone: string): readonly string[] {
  const today = toLocalDay(now, timeZone);
  return Array.from({ length: count }, (_, index) => addDays(today, index - count + 1));
}

/** 0 (Monday 0:00 to 0:59) to 167 (Sunday 23:00 to 23:59) by the local clock. */
export function toHourOfWeek(at: number, timeZone: string): number {
  const clock = toClock(at, timeZone);
  return toWeekdayOf(Math.floor(clock / DAY_MS)) * 24 + Math.floor(mod(clock, DAY_MS) / HOUR_MS);
}

/** The last full hour of the local clock at or before `at`; of an hour that the clock shows twice, each is its own. */
export function toHourStart(at: number, timeZone: string): number {
  return at - mod(toClock(at, timeZone), HOUR_MS);
}

/** What the local clock shows, in minutes since midnight: 0 to 1439. */
export function toMinuteOfDay(at: number, timeZone: string): number {
  return Math.floor(mod(toClock(at, timeZone), DAY_MS) / 60_000);
}

/** The last full quarter hour of the local clock at or before `now`. */
export function toQuarterStart(now: number, timeZone: string): number {
  return now - mod(toClock(now, timeZone), SLOT_MS);
}

/** A running period and the same part of an earlier one; both end at the last full quarter hour of the local clock. */
export interface Cut {
  readonly current: Period;
  readonly previous: Period;
}

/**
 * Cuts the period that began on `start` and the one that began on `previousStart` at the same day and local time; the
 * earlier one never runs past its own end, the start of the running one (the 31st has no counterpart in a short month).
 * A local time that the earlier day skipped is its next instant; one that it had twice, the first of the two.
 */
export function toCut(now: number, start: string, previousStart: string, timeZone: string): Cut {
  const until = toQuarterStart(now, timeZone);
  const elapsed = toClock(until, timeZone) - toDayNumber(start) * DAY_MS;
  const from = toDayStart(start, timeZone);
  const previousUntil = toInstant(toDayNumber(previousStart) * DAY_MS + elapsed, timeZone);
  return {
    current: { from, to: Math.max(from, until) },
    previous: { from: toDayStart(previousStart, timeZone), to: Math.min(from, previousUntil) },
  };
}

/** True for an IANA name this machine's tables know; offsets such as "+01:00" are not names. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 3;

function toWeekdayOf(dayNumber: number): number {
  return mod(dayNumber + EPOCH_WEEKDAY, 7);
}

function toDayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS;
}

function toDayText(dayNumber: number): string {
  return new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** What the local clock shows, as if it were UTC. */
function toClock(at: number, timeZone: string): number {
  return at + toOffset(at, timeZone);
}

/** The first instant at which the local clock shows `clock` or, where it is skipped, something later. */
function toInstant(clock: number, timeZone: string): number {
  const before = toOffset(clock - DAY_MS, timeZone);
  const after = toOffset(clock + DAY_MS, timeZone);
  const candidates = [clock - Math.max(before, after), clock - Math.min(before, after)];
  const shown = candidates.find((at) => toClock(at, timeZone) === clock);
  if (shown !== undefined) return shown;
  return toTransition(clock - after, clock - before, timeZone);
}

/** The first instant after `early` that no longer has its offset; `late` is one such. To the second. */
function toTransition(early: number, late: number, timeZone: string): number {
  const offset = toOffset(early, timeZone);
  let low = early;
  let high = late;
  while (high - low > 1_000) {
    const middle = Math.floor((low + high) / 2_000) * 1_000;
    if (toOffset(middle, timeZone) === offset) low = middle;
    else high = middle;
  }
  return high;
}

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** Per UTC day: the offset, or null when it changes within the day. */
  readonly offsets: Map<number, number | null>;
}

/** A formatter holds some 30 kB; a day's entry about 50 bytes. What is over a limit is asked again. */
const ZONES_CACHED_MAX = 100;
const DAYS_CACHED_MAX = 2_000;
const zones = new Map<string, Zone>();

/** Milliseconds that the local clock is ahead of UTC. Throws RangeError for an unknown zone. */
function toOffset(at: number, timeZone: string): number {
  const zone = zones.get(timeZone) ?? openZone(timeZone);
  const day = Math.floor(at / DAY_MS);
  let offset = zone.offsets.get(day);
  if (offset === undefined) {
    if (zone.offsets.size >= DAYS_CACHED_MAX) zone.offsets.clear();
    const first = askOffset(day * DAY_MS, zone.format);
    offset = first === askOffset((day + 1) * DAY_MS, zone.format) ? first : null;
    zone.offsets.set(day, offset);
  }
  return offset ?? askOffset(at, zone.format);
}

function openZone(timeZone: string): Zone {
  if (zones.size >= ZONES_CACHED_MAX) zones.clear();
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const zone = { format, offsets: new Map<number, number | null>() };
  zones.set(timeZone, zone);
  return zone;
}

/** "6/15/2026, 14:05:09" read back as UTC, less the instant. */
function askOffset(at: number, format: Intl.DateTimeFormat): number {
  const second = Math.floor(at / 1_000) * 1_000;
  const [month = 0, day = 0, year = 0, ...time] = format
    .format(second)
    .split(/[^\d]+/)
    .map(Number);
  const [hour = 0, minute = 0, seconds = 0] = time;
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
}

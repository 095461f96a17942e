// The slow, independent answer to every question of the dashboards: a list of opens, counted by what the local clock
// shows at each. Written from product.md sections 4 and 7; shares nothing with src.

export interface RecountedOpen {
  readonly memberId: string;
  readonly at: number;
  readonly visitor: string;
  /** Null: hidden by a proxy. */
  readonly device: string | null;
}

/** An open as a zone's clock shows it. */
export interface LocalOpen extends RecountedOpen {
  /** "2026-03-29" */
  readonly day: string;
  /** "2026-03-29 03:05" */
  readonly clock: string;
  readonly isUnique: boolean;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** "2026-03-29 03:05" */
export function toClockText(at: number, timeZone: string): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
    formats.set(timeZone, format);
  }
  return format.format(at);
}

/** Unique: the first open of a visitor per member and local day of the organization, whatever zone the member reads in. */
export function recountOpens(
  opens: readonly RecountedOpen[],
  zones: { readonly organization: string; readonly reader: string },
): readonly LocalOpen[] {
  const seen = new Set<string>();
  return [...opens]
    .sort((a, b) => a.at - b.at)
    .map((open) => {
      const key = `${open.memberId} ${open.visitor} ${toClockText(open.at, zones.organization).slice(0, 10)}`;
      const isUnique = !seen.has(key);
      seen.add(key);
      const clock = toClockText(open.at, zones.reader);
      return { ...open, clock, day: clock.slice(0, 10), isUnique };
    });
}

export function toTotals(opens: readonly LocalOpen[]) {
  return { opens: opens.length, unique: opens.filter(({ isUnique }) => isUnique).length };
}

export function shiftDay(day: string, by: number): string {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + by);
  return date.toISOString().slice(0, 10);
}

/** Monday 0 to Sunday 6. */
export function weekdayOf(day: string): number {
  return (new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7;
}

export function recountMyStats(opens: readonly LocalOpen[], now: number, timeZone: string) {
  const clock = toClockText(now, timeZone);
  const today = clock.slice(0, 10);
  const monday = shiftDay(today, -weekdayOf(today));
  const minutes = clock.slice(14, 16);
  const quarter = String(Number(minutes) - (Number(minutes) % 15)).padStart(2, '0');
  const time = `${clock.slice(11, 13)}:${quarter}`;
  const between = (from: string, to: string) => opens.filter((open) => open.clock >= from && open.clock < to);
  const current = toTotals(between(monday, `${today} ${time}`));
  const previous = toTotals(between(shiftDay(monday, -7), `${shiftDay(today, -7)} ${time}`));
  return {
    today: toTotals(opens.filter(({ day }) => day === today)),
    thisWeek: toTotals(between(monday, shiftDay(monday, 7))),
    thisMonth: toTotals(opens.filter(({ day }) => day.slice(0, 7) === today.slice(0, 7))),
    trend: toTrendOf(current.opens, previous.opens),
    peakHours: toPeaks(between(shiftDay(today, -56), today)),
    byDevice: toPerCents(between(shiftDay(today, -29), shiftDay(today, 1))),
    cut: { current, previous },
  };
}

function toTrendOf(current: number, previous: number) {
  const direction = current > previous ? 'up' : current < previous ? 'down' : 'flat';
  if (previous === 0) return { direction, percentage: current === 0 ? 0 : 100 };
  return { direction, percentage: Math.round((100 * Math.abs(current - previous)) / previous) };
}

/** Opens per "weekday hour", the weekday as 0 for Monday. */
export function toCells(opens: readonly LocalOpen[]): ReadonlyMap<string, number> {
  const cells = new Map<string, number>();
  for (const open of opens) {
    const cell = `${weekdayOf(open.day)} ${open.clock.slice(11, 13)}`;
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  return cells;
}

/**
 * Section 5: a group is shown from k different visitors on its largest day, the others as one; whoever takes what is
 * shown from the whole must be left with at least two groups and k visitors. Most opens first, ties by name.
 */
export function recountBreakdown(
  opens: readonly { readonly name: string; readonly day: string; readonly visitor: string }[],
  k: number,
) {
  const opensOf = (names: readonly string[]) => opens.filter(({ name }) => names.includes(name));
  const isLarge = (names: readonly string[]) => {
    const days = new Map<string, Set<string>>();
    for (const { day, visitor } of opensOf(names)) days.set(day, (days.get(day) ?? new Set()).add(visitor));
    return [...days.values()].some((visitors) => visitors.size >= k);
  };
  const data = [...new Set(opens.map(({ name }) => name))]
    .map((name) => ({ name, opens: opensOf([name]).length }))
    .sort((a, b) => b.opens - a.opens || (a.name < b.name ? -1 : 1));
  const shown = data.filter(({ name }) => isLarge([name]));
  const hidden = data.filter(({ name }) => !isLarge([name])).map(({ name }) => name);
  while (hidden.length > 0 && (hidden.length === 1 || !isLarge(hidden))) {
    const next = shown.pop();
    if (!next) return { data: [], other: null };
    hidden.push(next.name);
  }
  return { data: shown, other: hidden.length === 0 ? null : opensOf(hidden).length };
}

const NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function toPeaks(opens: readonly LocalOpen[]) {
  return [...toCells(opens)]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, 3)
    .map(([cell, count]) => ({
      hour: Number(cell.slice(2)),
      day: NAMES[Number(cell[0])],
      avgOpens: Math.round((10 * count) / 8) / 10,
    }));
}

/** Largest remainder: floors, then one each to those who lost most. */
export function toPerCents(opens: readonly LocalOpen[]) {
  const names = ['desktop', 'mobile', 'tablet'];
  const known = opens.filter(({ device }) => device !== null).length;
  const exact = names.map(
    (name) => (known && (100 * opens.filter(({ device }) => device === name).length) / known) || 0,
  );
  const whole = exact.map(Math.floor);
  const lost = exact.map((share, i) => ({ i, lost: share - Math.floor(share) })).sort((a, b) => b.lost - a.lost);
  const missing = known === 0 ? 0 : 100 - whole.reduce((sum, share) => sum + share, 0);
  return Object.fromEntries(
    names.map((name, i) => [name, (whole[i] ?? 0) + (lost.slice(0, missing).some((each) => each.i === i) ? 1 : 0)]),
  );
}

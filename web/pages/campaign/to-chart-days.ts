import type { CampaignStats } from '../../../src/contract/campaign-stats.ts';
import type { Daily } from '../../../src/contract/daily.ts';
import { region } from '../../messages/locale.ts';
import type { Words } from '../../messages/use-words.ts';

export interface ChartDay {
  /** YYYY-MM-DD, local to the organization. */
  readonly date: string;
  /** "18 Nov". */
  readonly label: string;
  readonly opens: number;
  readonly unique: number | null;
  /** What the campaign did that day, such as "launched"; null on most days. */
  readonly change: string | null;
}

type Status = CampaignStats['statuses'][number];

const CHANGES = {
  draft: null,
  scheduled: null,
  active: 'wasLaunched',
  paused: 'wasPaused',
  completed: 'hasEnded',
  cancelled: 'wasCancelled',
} as const satisfies Readonly<Record<Status['status'], string | null>>;

/** Each day with its opens and with what became of the campaign on it, in the organization's time zone. */
export function toChartDays(
  { data, timezone }: Daily,
  statuses: readonly Status[],
  words: Words<'campaign'>,
): readonly ChartDay[] {
  const changes = new Map<string, string>();
  statuses.forEach(({ status, beganAt }, index) => {
    const wasPaused = status === 'active' && statuses[index - 1]?.status === 'paused';
    const key = wasPaused ? 'wasResumed' : CHANGES[status];
    if (key === null) return;
    const change = words(key);
    const date = toDate(beganAt, timezone);
    const before = changes.get(date);
    changes.set(date, before === undefined ? change : `${before}, ${change}`);
  });
  return data.map((row) => ({ ...row, label: toLabel(row.date), change: changes.get(row.date) ?? null }));
}

/** Swedish writes dates as YYYY-MM-DD. */
function toDate(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(new Date(instant));
}

/** The date is already local: read and written as UTC it stays the day that it is. */
function toLabel(date: string): string {
  const format = new Intl.DateTimeFormat(region, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  return format.format(new Date(`${date}T00:00:00Z`));
}

import type { Words } from '../../messages/use-words.ts';

/** The span that the headline figures speak of. */
export type Period = 'today' | 'thisWeek' | 'thisMonth';

/** Keys of the messages that speak of each. */
export const PERIODS = [
  { value: 'today', by: 'byToday', figures: 'figuresToday', opens: 'opensToday', unique: 'uniqueToday' },
  { value: 'thisWeek', by: 'byWeek', figures: 'figuresWeek', opens: 'opensWeek', unique: 'uniqueWeek' },
  { value: 'thisMonth', by: 'byMonth', figures: 'figuresMonth', opens: 'opensMonth', unique: 'uniqueMonth' },
] as const satisfies readonly { value: Period; [name: string]: Parameters<Words<'engagement'>>[0] }[];

/** The messages of one period. */
export function toPeriodKeys(period: Period): (typeof PERIODS)[number] {
  return PERIODS.find(({ value }) => value === period) ?? PERIODS[1];
}

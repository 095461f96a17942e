/** The span that the headline figures speak of. */
export type Period = 'today' | 'thisWeek' | 'thisMonth';

export const PERIODS: readonly { readonly value: Period; readonly label: string; readonly before: string }[] = [
  { value: 'today', label: 'Today', before: 'yesterday' },
  { value: 'thisWeek', label: 'Week', before: 'last week' },
  { value: 'thisMonth', label: 'Month', before: 'last month' },
];

/** Such as "last week". */
export function toBeforeWords(period: Period): string {
  return PERIODS.find(({ value }) => value === period)?.before ?? '';
}

/** Such as "this week". */
export function toPeriodWords(period: Period): string {
  return { today: 'today', thisWeek: 'this week', thisMonth: 'this month' }[period];
}

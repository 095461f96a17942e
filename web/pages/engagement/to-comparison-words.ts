import type { Trend } from '../../../src/contract/my-stats.ts';
import { toCountWords } from '../../ui/to-count-words.ts';

interface Compared {
  readonly current: number;
  readonly previous: number;
  readonly trend: Trend;
  /** Such as "last week". */
  readonly before: string;
}

/** Below this a per cent says more than the opens can bear: one open more than two would be "50 %". */
const PER_CENT_FROM = 10;
const TIMES_FROM_PER_CENT = 1_000;

/** The line under a headline figure: "↑ 12 % vs 42 by this time last week". */
export function toComparisonWords({ current, previous, trend, before }: Compared): string {
  const by = `by this time ${before}`;
  const was = toCountWords(previous);
  if (previous === 0) return current === 0 ? `none ${by} either` : `↑ from none ${by}`;
  if (current === previous) return `the same as ${by}`;
  const arrow = current > previous ? '↑' : '↓';
  if (previous < PER_CENT_FROM)
    return `${arrow} ${toCountWords(Math.abs(current - previous))} ${current > previous ? 'more' : 'fewer'} than ${was} ${by}`;
  if (trend.percentage >= TIMES_FROM_PER_CENT)
    return `↑ ${toCountWords(Math.round(current / previous))} times the ${was} ${by}`;
  // Rounded to nothing: a change is there, a per cent is not.
  if (trend.percentage === 0) return `about the same as the ${was} ${by}`;
  return `${arrow} ${trend.percentage} % vs ${was} ${by}`;
}

import type { Trend } from '../../../src/contract/my-stats.ts';
import type { Words } from '../../messages/use-words.ts';
import { toCountWords } from '../../ui/to-count-words.ts';

interface Compared {
  readonly current: number;
  readonly previous: number;
  readonly trend: Trend;
  /** Such as "by this time last week". */
  readonly by: string;
  /** The clock time up to which `current` is counted. */
  readonly until: string;
}

/** Below this a per cent says more than the opens can bear: one open more than two would be "50 %". */
const PER_CENT_FROM = 10;
const TIMES_FROM_PER_CENT = 1_000;

/** The line under a headline figure: "↑ 12 % vs 42 by this time last week". */
export function toComparisonWords(
  words: Words<'engagement'>,
  { current, previous, trend, by, until }: Compared,
): string {
  const was = toCountWords(previous);
  if (previous === 0) return words(current === 0 ? 'noneEither' : 'fromNone', { by });
  if (current === previous) return words('same', { by });
  const isUp = current > previous;
  // Both counts: an open since the cut stands above already, and "2 fewer than 2" under a 2 reads as a fault.
  if (previous < PER_CENT_FROM)
    return words('few', { arrow: isUp ? '↑' : '↓', current: toCountWords(current), until, was, by });
  if (trend.percentage >= TIMES_FROM_PER_CENT)
    return words('times', { times: toCountWords(Math.round(current / previous)), was, by });
  // Rounded to nothing: a change is there, a per cent is not.
  if (trend.percentage === 0) return words('aboutSame', { was, by });
  return words('percent', { arrow: isUp ? '↑' : '↓', percentage: `${trend.percentage}`, was, by });
}

import { expect, test } from 'vitest';
import { toComparisonWords } from './to-comparison-words.ts';

const cases = [
  { current: 47, previous: 42, percentage: 12, words: '↑ 12 % vs 42 by this time last week' },
  { current: 37, previous: 42, percentage: 12, words: '↓ 12 % vs 42 by this time last week' },
  { current: 42, previous: 42, percentage: 0, words: 'the same as by this time last week' },
  { current: 1001, previous: 1000, percentage: 0, words: 'about the same as the 1,000 by this time last week' },
  { current: 0, previous: 0, percentage: 0, words: 'none by this time last week either' },
  { current: 5, previous: 0, percentage: 100, words: '↑ from none by this time last week' },
  { current: 3, previous: 2, percentage: 50, words: '↑ 1 more than 2 by this time last week' },
  { current: 0, previous: 9, percentage: 100, words: '↓ 9 fewer than 9 by this time last week' },
  { current: 12_000, previous: 1_000, percentage: 1_100, words: '↑ 12 times the 1,000 by this time last week' },
  { current: 10_500_000, previous: 9_000_000, percentage: 17, words: '↑ 17 % vs 9M by this time last week' },
] as const;

test.each(cases)('$current against $previous reads "$words"', ({ current, previous, percentage, words }) => {
  const direction = current > previous ? 'up' : current < previous ? 'down' : 'flat';
  expect(toComparisonWords({ current, previous, trend: { direction, percentage }, before: 'last week' })).toBe(words);
});

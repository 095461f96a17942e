import { expect, test } from 'vitest';
import { engagement as german } from '../../messages/de/engagement.ts';
import { engagement } from '../../messages/en/engagement.ts';
import { toWords } from '../../messages/to-words.ts';
import type { Words } from '../../messages/use-words.ts';
import { toComparisonWords } from './to-comparison-words.ts';

const words = toWords(engagement);
const by = words('byWeek');

const cases = [
  { current: 47, previous: 42, percentage: 12, line: '↑ 12 % vs 42 by this time last week' },
  { current: 37, previous: 42, percentage: 12, line: '↓ 12 % vs 42 by this time last week' },
  { current: 42, previous: 42, percentage: 0, line: 'the same as by this time last week' },
  { current: 1001, previous: 1000, percentage: 0, line: 'about the same as the 1,000 by this time last week' },
  { current: 0, previous: 0, percentage: 0, line: 'none by this time last week either' },
  { current: 5, previous: 0, percentage: 100, line: '↑ from none by this time last week' },
  { current: 3, previous: 2, percentage: 50, line: '↑ 3 until 10:30, 2 by this time last week' },
  { current: 0, previous: 9, percentage: 100, line: '↓ 0 until 10:30, 9 by this time last week' },
  { current: 12_000, previous: 1_000, percentage: 1_100, line: '↑ 12 times the 1,000 by this time last week' },
  { current: 10_500_000, previous: 9_000_000, percentage: 17, line: '↑ 17 % vs 9M by this time last week' },
] as const;

test.each(cases)('$current against $previous reads "$line"', ({ current, previous, percentage, line }) => {
  const direction = current > previous ? 'up' : current < previous ? 'down' : 'flat';
  expect(toComparisonWords(words, { current, previous, trend: { direction, percentage }, by, until: '10:30' })).toBe(
    line,
  );
});

test('the same line is said in German', () => {
  const worte = toWords(german, 'de') as unknown as Words<'engagement'>;
  const trend = { direction: 'up', percentage: 12 } as const;
  expect(toComparisonWords(worte, { current: 47, previous: 42, trend, by: worte('byWeek'), until: '10:30' })).toBe(
    '↑ 12 % zu 42 bis letzte Woche um diese Zeit',
  );
});

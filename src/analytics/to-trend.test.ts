import { expect, test } from 'vitest';
import { toTrend } from './to-trend.ts';

test.each([
  [47, 42, 'up', 12],
  [42, 47, 'down', 11],
  [42, 42, 'flat', 0],
  [0, 0, 'flat', 0],
  [1, 0, 'up', 100],
  [0, 9, 'down', 100],
  [30, 10, 'up', 200],
  // 14.5 per cent: a fraction of floats would fall short of the half.
  [229, 200, 'up', 15],
  [1_001, 1_000, 'up', 0],
] as const)('%d after %d is %s %d', (current, previous, direction, percentage) => {
  expect(toTrend(current, previous)).toEqual({ direction, percentage });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toWholeShares } from './to-device-shares.ts';

test.each([
  [
    [13, 6, 1],
    [65, 30, 5],
  ],
  [
    [1, 1, 1],
    [34, 33, 33],
  ],
  [
    [0, 0, 0],
    [0, 0, 0],
  ],
  [
    [0, 0, 5],
    [0, 0, 100],
  ],
  // 66.67 and 33.33: the larger remainder takes the missing one.
  [
    [2, 1, 0],
    [67, 33, 0],
  ],
  [
    [999, 1, 0],
    [100, 0, 0],
  ],
])('%j is %j per cent', (counts, shares) => {
  expect(toWholeShares(counts)).toEqual(shares);
});

test('shares sum to 100 and none is further than one from its exact share', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 6 }), (counts) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      const shares = toWholeShares(counts);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total === 0 ? 0 : 100);
      for (const [index, share] of shares.entries())
        if (total > 0) expect(Math.abs(share - ((counts[index] ?? 0) / total) * 100)).toBeLessThan(1);
    }),
  );
});

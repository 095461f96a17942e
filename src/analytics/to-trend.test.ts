import fc from 'fast-check';
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

const opens = fc.nat(10_000_000);

test('the direction is the sign of the change, and the percentage a whole number without one', () => {
  fc.assert(
    fc.property(opens, opens, (current, previous) => {
      const { direction, percentage } = toTrend(current, previous);
      const directions = ['down', 'flat', 'up'] as const;
      expect(direction).toBe(directions[Math.sign(current - previous) + 1]);
      expect(Number.isInteger(percentage) && percentage >= 0).toBe(true);
    }),
  );
});

test('the percentage is the nearest whole one, halves upwards, in exact arithmetic', () => {
  fc.assert(
    fc.property(opens, fc.integer({ min: 1, max: 10_000_000 }), (current, previous) => {
      const change = BigInt(Math.abs(current - previous));
      const exact = (change * 200n + BigInt(previous)) / (2n * BigInt(previous));
      expect(toTrend(current, previous).percentage).toBe(Number(exact));
    }),
  );
});

test('from zero anything is up 100, and to zero anything is down 100', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), (some) => {
      expect(toTrend(some, 0)).toEqual({ direction: 'up', percentage: 100 });
      expect(toTrend(0, some)).toEqual({ direction: 'down', percentage: 100 });
    }),
  );
});

test('more opens never look like less of a change', () => {
  fc.assert(
    fc.property(opens, opens, fc.nat(1_000), (previous, more, further) => {
      const signed = (current: number) => {
        const { direction, percentage } = toTrend(current, previous);
        return direction === 'down' ? -percentage : percentage;
      };
      expect(signed(more + further)).toBeGreaterThanOrEqual(signed(more));
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BreakdownCell, toSafeBreakdown } from './to-safe-breakdown.ts';

const cell = (name: string, opens: number, ...visitors: [number, number][]): BreakdownCell => ({
  name,
  opens,
  visitors: new Map(visitors),
});

const cells = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 8 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc
          .tuple(
            fc.integer({ min: 0, max: 40 }),
            fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 9 }))),
          )
          .map(([opens, visitors]) => cell(name, opens, ...visitors)),
      ),
    ),
  );
const best = (some: readonly BreakdownCell[]) => {
  const sums = [0, 1, 2, 3, 4].map((day) => some.reduce((sum, { visitors }) => sum + (visitors.get(day) ?? 0), 0));
  return Math.max(0, ...sums);
};

test('no cell is shown, and none can be worked out, that fewer than k visitors are behind on its best day', () => {
  fc.assert(
    fc.property(cells, fc.integer({ min: 3, max: 12 }), (all, k) => {
      const { cells: shown, other } = toSafeBreakdown(all, k);
      const names = shown.map(({ name }) => name);
      for (const { name } of shown) expect(best(all.filter((one) => one.name === name))).toBeGreaterThanOrEqual(k);
      const hidden = all.filter(({ name, opens }) => opens > 0 && !names.includes(name));
      if (other === null) {
        expect(shown.length === 0 || hidden.length === 0).toBe(true);
        return;
      }
      expect(hidden.length).toBeGreaterThanOrEqual(2);
      expect(best(hidden)).toBeGreaterThanOrEqual(k);
      expect(other).toBe(hidden.reduce((sum, { opens }) => sum + opens, 0));
    }),
    { numRuns: 2_000 },
  );
});

test('what is told adds up to all opens, or nothing is told', () => {
  fc.assert(
    fc.property(cells, fc.integer({ min: 3, max: 12 }), (all, k) => {
      const { cells: shown, other } = toSafeBreakdown(all, k);
      const told = shown.reduce((sum, { opens }) => sum + opens, 0) + (other ?? 0);
      const total = all.reduce((sum, { opens }) => sum + opens, 0);
      expect([0, total]).toContain(told);
    }),
    { numRuns: 2_000 },
  );
});

test('a single small cell takes the smallest shown one with it', () => {
  const all = [cell('Outlook', 50, [1, 9]), cell('Apple Mail', 20, [1, 6]), cell('Thunderbird', 3, [1, 2])];
  expect(toSafeBreakdown(all, 5)).toEqual({ cells: [{ name: 'Outlook', opens: 50 }], other: 23 });
});

test('visitors of several days are not added up', () => {
  expect(toSafeBreakdown([cell('Outlook', 50, [1, 4], [2, 4])], 5)).toEqual({ cells: [], other: null });
  expect(toSafeBreakdown([cell('Outlook', 50, [1, 5])], 5)).toEqual({
    cells: [{ name: 'Outlook', opens: 50 }],
    other: null,
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MemberId, VariantId } from '../domain/ids.ts';
import { compareVariants, toShareInterval } from './compare-variants.ts';
import { toExposures } from './to-exposures.ts';

const DAY = 86_400_000;
const arm = (label: string, uniques: number, days = 30) => ({ label, uniques, exposureMs: days * DAY });

/** A repeatable draw in [0, 1). */
function createDraw(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Looks after every open; answers after how many one arm is named, null when never. */
function runUntilNamed(draw: () => number, plan: { share: number; opens: number; days?: [number, number] }) {
  const uniques: [number, number] = [0, 0];
  const [a, b] = plan.days ?? [30, 30];
  for (let open = 1; open <= plan.opens; open += 1) {
    uniques[draw() < plan.share ? 0 : 1] += 1;
    const { state, leader } = compareVariants([arm('A', uniques[0], a), arm('B', uniques[1], b)]);
    if (state === 'leads') return { open, leader };
  }
  return null;
}

describe('A/B without fooling oneself', () => {
  test('of two equal arms, looked at after every open, hardly one run in twenty ever names a leader', () => {
    const draw = createDraw(7);
    const runs = Array.from({ length: 160 }, () => runUntilNamed(draw, { share: 0.5, opens: 200 }));
    expect(runs.filter((run) => run !== null).length).toBeLessThanOrEqual(8);
  });

  test('nor when one arm is carried three times as long and draws three times the opens', () => {
    const draw = createDraw(11);
    const runs = Array.from({ length: 100 }, () => runUntilNamed(draw, { share: 0.75, opens: 200, days: [90, 30] }));
    expect(runs.filter((run) => run !== null).length).toBeLessThanOrEqual(5);
  });

  test('an arm that is twice as good is found, and it is that one', () => {
    const draw = createDraw(3);
    const runs = Array.from({ length: 60 }, () => runUntilNamed(draw, { share: 2 / 3, opens: 400 }));
    expect(runs.filter((run) => run?.leader === 'A').length).toBeGreaterThanOrEqual(54);
    expect(runs.filter((run) => run?.leader === 'B').length).toBeLessThanOrEqual(3);
  });

  test('says how many opens more are needed, and that many are enough', () => {
    const early = compareVariants([arm('Short', 30), arm('Long', 20)]);
    expect(early).toMatchObject({ state: 'not_enough_data', leader: null });
    expect(early.sentence).toMatch(/^Short is ahead, but about \d+ unique opens more would be needed to be sure\.$/);
    const total = 50 + (early.moreNeeded ?? 0);
    const later = compareVariants([arm('Short', Math.ceil(total * 0.6)), arm('Long', Math.floor(total * 0.4))]);
    expect(later).toMatchObject({ state: 'leads', leader: 'Short' });
  });

  test.each([
    [[], /nothing to compare/],
    [[arm('A', 500)], /nothing to compare/],
    [[arm('A', 5), arm('B', 1)], /6 unique opens, at least 20/],
    [[arm('A', 500), arm('B', 3, 0.2)], /B was in signatures for less than a day/],
    [[arm('A', 50), arm('B', 50)], /No variant is ahead/],
  ])('case %#: not enough data, with a reason', (arms, sentence) => {
    const comparison = compareVariants(arms);
    expect(comparison.state).toBe('not_enough_data');
    expect(comparison.sentence).toMatch(sentence);
  });

  test('three arms: the leader beats each of the others', () => {
    expect(compareVariants([arm('A', 300), arm('B', 100), arm('C', 90)]).leader).toBe('A');
    expect(compareVariants([arm('A', 300), arm('B', 280), arm('C', 20)]).state).toBe('not_enough_data');
  });

  test('every interval holds the share seen, within 0 and 1, and narrows with more opens', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, part) => {
        const x = Math.round(n * part);
        const [low, high] = toShareInterval(x, n, 0.05);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(x / n);
        expect(high).toBeGreaterThanOrEqual(x / n);
        const [low4, high4] = toShareInterval(4 * x, 4 * n, 0.05);
        expect(high4 - low4).toBeLessThan(high - low);
      }),
    );
  });
});

describe('how long a variant was in signatures', () => {
  const [a, b] = ['a', 'b'] as unknown as [VariantId, VariantId];
  const [one, two] = ['one', 'two'] as unknown as [MemberId, MemberId];

  test('the first until a pick, only while the campaign was active, from the pixel on', () => {
    const exposures = toExposures({
      first: a,
      holders: [
        { memberId: one, since: 0 },
        { memberId: two, since: 5 * DAY },
      ],
      picks: [
        { memberId: one, variantId: a, at: 8 * DAY },
        { memberId: one, variantId: b, at: 4 * DAY },
      ],
      spans: [
        { from: 2 * DAY, to: 6 * DAY },
        { from: 7 * DAY, to: 10 * DAY },
      ],
    });
    expect(exposures.get(a)).toBe((2 + 2 + 1 + 3) * DAY);
    expect(exposures.get(b)).toBe((2 + 1) * DAY);
  });
});

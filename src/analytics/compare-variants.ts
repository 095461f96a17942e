/** One arm of an A/B comparison. */
export interface Arm {
  readonly label: string;
  readonly uniques: number;
  /** For how long it stood in signatures while the campaign was active, over all members. */
  readonly exposureMs: number;
}

export interface ArmFigures {
  readonly label: string;
  /** Its part of all unique opens if no arm were better: its part of the exposure. Null without exposure. */
  readonly expectedShare: number | null;
  /** Where its true part lies, 95 % sure for all arms together and at every look; null without opens. */
  readonly interval: readonly [number, number] | null;
}

export interface Comparison {
  readonly state: 'leads' | 'not_enough_data';
  readonly leader: string | null;
  /** Unique opens that would be needed on top, if the arms go on as they do; null when that cannot be said. */
  readonly moreNeeded: number | null;
  readonly sentence: string;
  readonly arms: readonly ArmFigures[];
}

/** How often a leader may be named although no arm is better, over the whole life of a campaign. */
const ERROR_RATE = 0.05;
export const UNIQUES_MIN = 20;
const EXPOSURE_MS_MIN = 86_400_000;
const UNIQUES_SEARCHED_MAX = 1_000_000;

/**
 * Whether one arm draws more unique opens than its time in signatures explains. The bounds hold at every look at once
 * (a confidence sequence, docs/decisions/0008), so looking again and again makes no winner.
 */
export function compareVariants(arms: readonly Arm[]): Comparison {
  const figures = arms.map((arm) => toFigures(arm, arms));
  const wait = (sentence: string, moreNeeded: number | null = null): Comparison => ({
    state: 'not_enough_data',
    leader: null,
    moreNeeded,
    sentence,
    arms: figures,
  });
  if (arms.length < 2) return wait('There is nothing to compare: the campaign has fewer than two variants.');
  const unused = arms.find((arm) => arm.exposureMs < EXPOSURE_MS_MIN);
  if (unused !== undefined) return wait(`Not enough data yet: ${unused.label} was in signatures for less than a day.`);
  const [first, second] = [...arms].sort((a, b) => toRate(b) - toRate(a));
  const uniques = arms.reduce((sum, arm) => sum + arm.uniques, 0);
  if (first === undefined || second === undefined || uniques < UNIQUES_MIN)
    return wait(
      `Not enough data yet: ${uniques} unique opens, at least ${UNIQUES_MIN} are needed.`,
      UNIQUES_MIN - uniques,
    );
  const errorRate = ERROR_RATE / ((arms.length * (arms.length - 1)) / 2);
  const isAhead = arms.every((arm) => arm === first || beats(first, arm, errorRate));
  if (!isAhead) return wait(...toOutlook(first, second, errorRate));
  const sentence = `${first.label} draws more opens than the others for the time it was in signatures.`;
  return { state: 'leads', leader: first.label, moreNeeded: null, sentence, arms: figures };
}

function toRate(arm: Arm): number {
  return arm.uniques / arm.exposureMs;
}

function toFigures(arm: Arm, arms: readonly Arm[]): ArmFigures {
  const exposure = arms.reduce((sum, each) => sum + each.exposureMs, 0);
  const uniques = arms.reduce((sum, each) => sum + each.uniques, 0);
  const errorRate = arms.length === 2 ? ERROR_RATE : ERROR_RATE / arms.length;
  return {
    label: arm.label,
    expectedShare: exposure === 0 ? null : arm.exposureMs / exposure,
    interval: uniques === 0 ? null : toShareInterval(arm.uniques, uniques, errorRate),
  };
}

/** Of the opens of these two, the first has surely more than its exposure explains. */
function beats(first: Arm, other: Arm, errorRate: number): boolean {
  const uniques = first.uniques + other.uniques;
  const expected = first.exposureMs / (first.exposureMs + other.exposureMs);
  return isAbove({ x: first.uniques, n: uniques, errorRate }, expected);
}

function toOutlook(first: Arm, second: Arm, errorRate: number): [sentence: string, moreNeeded: number | null] {
  const uniques = first.uniques + second.uniques;
  const share = first.uniques / uniques;
  const expected = first.exposureMs / (first.exposureMs + second.exposureMs);
  const isEnough = (count: number) => isAbove({ x: share * count, n: count, errorRate }, expected);
  if (share <= expected || !isEnough(UNIQUES_SEARCHED_MAX)) return ['No variant is ahead.', null];
  let few = uniques;
  let enough = UNIQUES_SEARCHED_MAX;
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else few = middle;
  }
  const more = Math.max(1, enough - uniques);
  return [`${first.label} is ahead, but about ${more} unique opens more would be needed to be sure.`, more];
}

/**
 * The shares p of which "x of n" is no surprise: those where the uniform mixture of all shares explains the opens less
 * than 1 / errorRate times better than p does. By Ville's inequality p falls outside at any time with at most errorRate.
 */
export function toShareInterval(x: number, n: number, errorRate: number): readonly [number, number] {
  const isInside = toInside({ x, n, errorRate });
  const estimate = x / n;
  return [toEdge(0, estimate, isInside), toEdge(1, estimate, isInside)];
}

interface Seen {
  readonly x: number;
  readonly n: number;
  readonly errorRate: number;
}

/** The whole interval lies above `share`. */
function isAbove(seen: Seen, share: number): boolean {
  return seen.n > 0 && seen.x / seen.n > share && !toInside(seen)(share);
}

function toInside({ x, n, errorRate }: Seen): (p: number) => boolean {
  const bound = lnGamma(x + 1) + lnGamma(n - x + 1) - lnGamma(n + 2) + Math.log(errorRate);
  return (p) => times(x, Math.log(p)) + times(n - x, Math.log1p(-p)) > bound;
}

const HALVINGS = 30;

/** The place between an outer and an inner share at which shares begin to be inside. */
function toEdge(outer: number, inner: number, isInside: (p: number) => boolean): number {
  if (isInside(outer)) return outer;
  let outside = outer;
  let inside = inner;
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (outside + inside) / 2;
    if (isInside(middle)) inside = middle;
    else outside = middle;
  }
  return outside;
}

/** 0 × ln 0 is 0 here. */
function times(count: number, logarithm: number): number {
  return count === 0 ? 0 : count * logarithm;
}

/** Stirling's series, after moving the argument above 8: to some 1e-12. */
function lnGamma(value: number): number {
  let z = value;
  let shift = 0;
  while (z < 8) {
    shift += Math.log(z);
    z += 1;
  }
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1_260 * z ** 5) - 1 / (1_680 * z ** 7);
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

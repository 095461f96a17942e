/** One value of what a recipient is: a client family, a country. */
export interface BreakdownCell {
  readonly name: string;
  readonly opens: number;
  /** Distinct visitors per local day, by the day's number; days without one are left out. */
  readonly visitors: ReadonlyMap<number, number>;
}

export interface SafeBreakdown {
  /** Most opens first. Every cell has k visitors on its best day. */
  readonly cells: readonly { readonly name: string; readonly opens: number }[];
  /** Opens of all other cells together; null when there is nothing else, or it may not be told either. */
  readonly other: number | null;
}

/**
 * k-anonymity with secondary suppression: a cell is shown from k visitors on its largest day. What is left over is
 * "other", and must itself be at least two cells with k visitors together, so that nobody gets a hidden cell by taking
 * the shown ones from the total: the smallest shown cells are hidden with it until it is. When all of it together is
 * too few, nothing is shown.
 */
export function toSafeBreakdown(cells: readonly BreakdownCell[], k: number): SafeBreakdown {
  const isSafe = (some: readonly BreakdownCell[]) => toLargestDay(some) >= k;
  const sorted = [...cells]
    .filter(({ opens }) => opens > 0)
    .sort((a, b) => b.opens - a.opens || (a.name < b.name ? -1 : 1));
  const shown = sorted.filter((cell) => isSafe([cell]));
  const hidden = sorted.filter((cell) => !isSafe([cell]));
  while (hidden.length > 0 && (hidden.length < 2 || !isSafe(hidden))) {
    const smallest = shown.pop();
    if (smallest === undefined) return { cells: [], other: null };
    hidden.push(smallest);
  }
  return {
    cells: shown.map(({ name, opens }) => ({ name, opens })),
    other: hidden.length === 0 ? null : hidden.reduce((sum, { opens }) => sum + opens, 0),
  };
}

function toLargestDay(cells: readonly BreakdownCell[]): number {
  const days = new Map<number, number>();
  for (const { visitors } of cells) for (const [day, count] of visitors) days.set(day, (days.get(day) ?? 0) + count);
  return Math.max(0, ...days.values());
}

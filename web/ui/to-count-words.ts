const EXACT_BELOW = 1_000_000;
const exact = new Intl.NumberFormat('en-US');
const large = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** "12,847", and "10.5M" from a million on. */
export function toCountWords(count: number, exactBelow = EXACT_BELOW): string {
  return count < exactBelow ? exact.format(count) : large.format(count);
}

/** "8.3", and without the decimal from a hundred on, where nobody can use it. */
export function toAverageWords(average: number): string {
  return exact.format(average < 100 ? average : Math.round(average));
}

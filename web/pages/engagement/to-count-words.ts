const EXACT_BELOW = 1_000_000;
const exact = new Intl.NumberFormat('en-US');
const large = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** "12,847", and "10.5M" from a million on. */
export function toCountWords(count: number, exactBelow = EXACT_BELOW): string {
  return count < exactBelow ? exact.format(count) : large.format(count);
}

import { locale, region } from '../messages/locale.ts';

const EXACT_BELOW = 1_000_000;
const exact = new Intl.NumberFormat(region);
// British English writes 9m, which reads as nine metres beside a figure.
const large = new Intl.NumberFormat(locale === 'en' ? 'en' : region, {
  notation: 'compact',
  maximumSignificantDigits: 3,
});

/** "12,847", and "10.5M" from a million on; as the person's region writes them. */
export function toCountWords(count: number, exactBelow = EXACT_BELOW): string {
  return count < exactBelow ? exact.format(count) : large.format(count);
}

/** "10,482,113": to the last one. */
export function toExactWords(count: number): string {
  return exact.format(count);
}

/** "8.3", and without the decimal from a hundred on, where nobody can use it. */
export function toAverageWords(average: number): string {
  return exact.format(average < 100 ? average : Math.round(average));
}

import { SIGNAL_RULE_BOUNDS } from '../domain/signal-rules.ts';
import type { Pixel } from './read-pixels.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What folding alone needs: fold-bursts.ts. */
const FOLD_REACH_MS = 10_000;

/**
 * How far back the rules of signals ask for the reader of an open, at the widest setting: so far after midnight UTC an
 * open is kept under the key of the day before too (to-identities.ts). Deals are few; elsewhere it is one hour's hits.
 */
export function toReaderReachMs({ trackingType, isDeal }: Pick<Pixel, 'trackingType' | 'isDeal'>): number {
  if (trackingType === 'user') return FOLD_REACH_MS;
  return isDeal
    ? SIGNAL_RULE_BOUNDS.spreading.withinHours[1] * HOUR_MS
    : SIGNAL_RULE_BOUNDS.hot.withinMinutes[1] * MINUTE_MS;
}

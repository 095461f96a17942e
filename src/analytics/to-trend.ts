import type { Trend } from '../contract/my-stats.ts';

/** The change from `previous` to `current` in whole per cents without sign; from zero it is up 100. */
export function toTrend(current: number, previous: number): Trend {
  if (current === previous) return { direction: 'flat', percentage: 0 };
  const percentage = previous === 0 ? 100 : Math.round((Math.abs(current - previous) * 100) / previous);
  return { direction: current > previous ? 'up' : 'down', percentage };
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Before each try, counted from the failure of the one before: 10 tries over 75 h 35 min (Standard Webhooks 1.0). */
export const RETRY_SCHEDULE_MS: readonly number[] = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
const JITTER = 0.2;
/** A receiver that asks for more is asked again after this. */
export const RETRY_AFTER_MS_MAX = HOUR_MS;
/** Every try failing for this long disables the destination. */
export const FAILING_MS_MAX = 120 * HOUR_MS;

/**
 * How long after the failure of try number `tries` (1 is the first) the next one comes; null when it was the last.
 * `chance` is from 0 to 1. What the receiver asked for may only make it later.
 */
export function toRetryDelayMs(tries: number, chance: number, retryAfterMs = 0): number | null {
  const planned = RETRY_SCHEDULE_MS[tries];
  if (planned === undefined) return null;
  const jittered = Math.round(planned * (1 + JITTER * (2 * chance - 1)));
  return Math.max(jittered, toHoldMs(retryAfterMs));
}

/** How long the destination as a whole is left alone. */
export function toHoldMs(retryAfterMs: number): number {
  return Math.min(Math.max(retryAfterMs, 0), RETRY_AFTER_MS_MAX);
}

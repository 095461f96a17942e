/** Retry-After (RFC 9110): seconds, also with a fraction, or a date. Null when absent, unreadable or in the past. */
export function parseRetryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  const ms = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Math.ceil(Number(text) * 1000) : Date.parse(text) - now;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, WAIT_MS_MAX) : null;
}

/** Nobody waits longer than a day for a vendor that names a year. */
export const WAIT_MS_MAX = 24 * 60 * 60 * 1_000;

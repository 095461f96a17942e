import type { IncomingHttpHeaders } from 'node:http';
import type { HitHints } from '../domain/hit.ts';

/** Browsers and mail programs that fetch ahead of the reader say so in one of these headers. */
export function toHitHints(headers: IncomingHttpHeaders): HitHints {
  const isPrefetch =
    isAhead(headers['sec-purpose']) ||
    isAhead(headers.purpose) ||
    isAhead(headers['x-purpose']) ||
    isAhead(headers['x-moz']);
  return isPrefetch ? AHEAD : PLAIN;
}

const AHEAD: HitHints = Object.freeze({ isPrefetch: true });
const PLAIN: HitHints = Object.freeze({ isPrefetch: false });

/** "prefetch;prerender", "preview", … */
function isAhead(value: string | string[] | undefined): boolean {
  return value !== undefined && /\b(prefetch|prerender|preview)\b/i.test(String(value));
}

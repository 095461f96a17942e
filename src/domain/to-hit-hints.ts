import type { HitHints } from './hit.ts';

/** Headers by lower-case name, as Node hands them over; a repeated header is a list or one text with commas. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a request's headers tell about a machine behind it (Sec-Purpose and its forerunners). */
export function toHitHints(headers: RequestHeaders): HitHints {
  return { isPrefetch: PURPOSE_HEADERS.some((name) => hasPurpose(headers[name])) };
}

const PURPOSE_HEADERS = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const;

function hasPurpose(value: string | readonly string[] | undefined): boolean {
  if (value === undefined) return false;
  return /prefetch|prerender|preview/i.test(typeof value === 'string' ? value : value.join(','));
}

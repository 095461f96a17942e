import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/**
 * Throws the 403 problem for a state-changing request that another site may have caused (CSRF). An Origin, when sent,
 * must be PUBLIC_URL's or name the very host the request went to, so that a trial on localhost, 127.0.0.1 or any port
 * works unconfigured. With a session cookie and no Origin, Sec-Fetch-Site must say same-origin; a program without
 * cookies needs neither.
 */
export function refuseForeignOrigin(request: FastifyRequest, publicUrl: string): void {
  if (SAFE_METHODS.includes(request.method)) return;
  const { origin, host, cookie } = request.headers;
  if (origin !== undefined) {
    if (origin === new URL(publicUrl).origin || toHost(origin) === host?.toLowerCase()) return;
    throw foreign(
      `This request came from ${origin.slice(0, ORIGIN_CHARS_MAX)}. Set PUBLIC_URL to the address people use.`,
    );
  }
  const site = request.headers['sec-fetch-site'];
  if (site === undefined ? !hasSessionCookie(cookie) : site === 'same-origin') return;
  throw foreign('A request with a session cookie that changes something must carry the Origin header of this site.');
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
const ORIGIN_CHARS_MAX = 100;

/** Null for "null" and for anything but http and https. */
function toHost(origin: string): string | null {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return null;
  return new URL(origin).host;
}

/** Either name: see create-auth's cookiePrefix. */
function hasSessionCookie(cookie: string | undefined): boolean {
  return cookie?.includes('mailtracker.session_token=') ?? false;
}

function foreign(detail: string): Problem {
  return new Problem(403, detail, { code: 'foreign_origin' });
}

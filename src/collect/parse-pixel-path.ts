import type { TrackingType } from '../domain/hit.ts';
import { type PixelToken, parsePixelToken } from '../domain/pixel-token.ts';

/** What a request under /api/t/ asks for. `token` is null when its shape is no token's: answered alike, recorded nowhere. */
export type PixelPath =
  | { readonly kind: 'pixel'; readonly trackingType: TrackingType; readonly token: PixelToken | null }
  | { readonly kind: 'health' }
  | { readonly kind: 'none' };

/** Exact shapes only: node does not normalise, so "/api/t/../x" comes here as it was sent. The query is ignored. */
export function parsePixelPath(url: string): PixelPath {
  const query = url.indexOf('?');
  const end = query === -1 ? url.length : query;
  const trackingType = toTrackingType(url);
  if (trackingType === null) return url.slice(0, end) === '/api/t/health' ? HEALTH : NONE;
  const dot = end - SUFFIX.length;
  if (dot < PREFIX_CHARS || !url.startsWith(SUFFIX, dot)) return NONE;
  const slash = url.indexOf('/', PREFIX_CHARS);
  if (slash !== -1 && slash < end) return NONE;
  return { kind: 'pixel', trackingType, token: parsePixelToken(url.slice(PREFIX_CHARS, dot)) };
}

const PREFIX_CHARS = '/api/t/u/'.length;
const SUFFIX = '.gif';
const NONE: PixelPath = { kind: 'none' };
const HEALTH: PixelPath = { kind: 'health' };

function toTrackingType(url: string): TrackingType | null {
  if (url.startsWith('/api/t/u/')) return 'user';
  return url.startsWith('/api/t/p/') ? 'campaign' : null;
}

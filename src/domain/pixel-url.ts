import type { TrackingType } from './hit.ts';
import type { PixelToken } from './pixel-token.ts';

/** The absolute address of a pixel. `baseUrl` (PIXEL_URL) has no slash at its end; u is a user pixel, p a campaign's. */
export function toPixelUrl(baseUrl: string, trackingType: TrackingType, token: PixelToken): string {
  return `${baseUrl}/api/t/${trackingType === 'user' ? 'u' : 'p'}/${token}.gif`;
}

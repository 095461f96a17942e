/** 18 random bytes as base64url: 24 characters, 144 bits. The database holds only its SHA-256 and a sealed copy. */
export type PixelToken = string & { readonly __pixelToken: true };

export const PIXEL_TOKEN_BYTES = 18;
const SHAPE = /^[A-Za-z0-9_-]{24}$/;

/** Null when the text cannot be a token; a wrong shape is answered like any other pixel and recorded nowhere. */
export function parsePixelToken(text: string): PixelToken | null {
  return SHAPE.test(text) ? (text as PixelToken) : null;
}

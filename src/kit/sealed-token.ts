import { randomBytes } from 'node:crypto';
import { seal, sha256, unseal } from './crypto.ts';

/** A bearer token as it is kept: its hash to look it up by, a sealed copy to show it again. Neither alone is usable. */
export interface SealedToken {
  /** base64url; leaves this process only inside the thing it was made for. */
  readonly text: string;
  /** SHA-256 of `text`, 32 bytes. */
  readonly hash: Buffer;
  /** AES-256-GCM of `text`, bound to `context`. */
  readonly sealed: Buffer;
}

/** Makes a random token of `bytes` bytes. `context` (the id of the row that keeps it) must be given again to unseal. */
export function createSealedToken(key: Buffer, context: string, bytes: number): SealedToken {
  const text = randomBytes(bytes).toString('base64url');
  return { text, hash: sha256(text), sealed: seal(key, Buffer.from(text), context) };
}

/** The token's text. Throws UnsealError when the key is not the one it was sealed with, or a byte was changed. */
export function unsealToken(key: Buffer, sealed: Uint8Array, context: string): string {
  try {
    return unseal(key, sealed, context).toString();
  } catch {
    throw new UnsealError(context);
  }
}

export class UnsealError extends Error {
  constructor(context: string) {
    super(
      `The token kept for ${context} cannot be unsealed: APP_SECRET is not the one it was sealed with, or the row was changed. Start with the APP_SECRET of the time it was made.`,
    );
  }
}

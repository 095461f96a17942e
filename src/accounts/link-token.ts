import { randomBytes } from 'node:crypto';
import { sha256 } from '../kit/crypto.ts';

const TOKEN_BYTES = 24;

/** The secret of a link: its text goes to one person, its SHA-256 to the database. */
export interface LinkToken {
  readonly text: string;
  readonly hash: Buffer;
}

export function createLinkToken(): LinkToken {
  const text = randomBytes(TOKEN_BYTES).toString('base64url');
  return { text, hash: toLinkTokenHash(text) };
}

export function toLinkTokenHash(text: string): Buffer {
  return sha256(text);
}

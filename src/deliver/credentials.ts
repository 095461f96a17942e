import type { DestinationId } from '../domain/ids.ts';
import { seal, unseal } from '../kit/crypto.ts';

/** What stands sealed in a destination's row. Never logged, never answered, never exported. */
export interface Credentials {
  readonly url: string | null;
  readonly token: string | null;
  /** Of a webhook, made by us. */
  readonly secret: string | null;
  /** The secret before the last rotation; it signs along until `previousUntil`, ms. */
  readonly previous: string | null;
  readonly previousUntil: number | null;
}

/** `key`: toPurposeKey(appSecret, 'destination'). Bound to the row, so that a copy in another one opens nothing. */
export function sealCredentials(key: Buffer, id: DestinationId, credentials: Credentials): Buffer {
  return seal(key, Buffer.from(JSON.stringify(credentials)), toContext(id));
}

/** Throws CredentialsError when APP_SECRET is another one than it was sealed under. */
export function unsealCredentials(key: Buffer, id: DestinationId, sealed: Uint8Array): Credentials {
  try {
    return JSON.parse(unseal(key, sealed, toContext(id)).toString()) as Credentials;
  } catch {
    throw new CredentialsError(id);
  }
}

export class CredentialsError extends Error {
  constructor(id: DestinationId) {
    super(`The credentials of destination ${id} cannot be unsealed: start with the APP_SECRET they were sealed under.`);
  }
}

function toContext(id: DestinationId): string {
  return `destination:${id}`;
}

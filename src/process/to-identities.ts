import { DAY_MS } from '../domain/hit.ts';
import { toVisitor } from '../visitors/to-visitor.ts';
import type { KeptHit } from './drop-hits.ts';

/** A reader under one day's key. */
export interface Identity {
  /** Days since the epoch of the key, UTC. */
  readonly keyDay: number;
  /** Of toVisitor: 32 hex digits. */
  readonly visitor: string;
}

/**
 * The reader of a hit under the key of its day and, where somebody may have been seen before midnight, under the key
 * of the day before: two hits of one reader on neighbouring days always share the earlier day's. Empty when the
 * organization keeps no visitors or the collector had no key. `reachMs`: how far back the question looks, so that
 * the second row is written only by hits that are this close after midnight UTC. Folding, bursts and uniqueness ask for
 * the same readers: each is hashed once.
 */
export function toIdentities(kept: KeptHit, reachMs: number): readonly Identity[] {
  const { pixel, hit } = kept;
  if (pixel.settings.mode !== 'signals') return [];
  const { day, today, yesterday } = hit.address;
  const isNearMidnight = hit.hitAt - reachMs < day * DAY_MS;
  const mine: Identity[] = [];
  if (today !== null) mine.push(toIdentity(kept, day, today));
  if (yesterday !== null && (isNearMidnight || today === null)) mine.push(toIdentity(kept, day - 1, yesterday));
  return mine;
}

function toIdentity({ pixel, hit, hashed }: KeptHit, keyDay: number, addressHash: Uint8Array): Identity {
  const known = hashed.find((identity) => identity.keyDay === keyDay);
  if (known !== undefined) return known;
  const identity = { keyDay, visitor: toVisitor(pixel.organizationId, addressHash, hit.userAgent) };
  hashed.push(identity);
  return identity;
}

import { DAY_MS, type Hit } from '../domain/hit.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { toVisitor } from '../visitors/to-visitor.ts';
import type { Pixel } from './read-pixels.ts';

/** A reader under one day's key. */
export interface Identity {
  /** Days since the epoch of the key, UTC. */
  readonly keyDay: number;
  readonly visitor: Buffer;
}

/**
 * The reader of a hit under the key of its day and, where somebody may have been seen before midnight, under the key
 * of the day before: two hits of one reader on neighbouring days always share the earlier day's. Empty when the
 * organization keeps no visitors or the collector had no key. `reachMs`: how far back the question looks, so that
 * the second row is written only by hits that are this close after midnight UTC.
 */
export function toIdentities(pixel: Pixel, hit: Hit, reachMs: number): readonly Identity[] {
  if (pixel.settings.mode !== 'signals') return [];
  const { day, today, yesterday } = hit.address;
  const isNearMidnight = hit.hitAt - reachMs < day * DAY_MS;
  const mine: Identity[] = [];
  if (today !== null) mine.push(toIdentity(pixel, hit, { keyDay: day, hash: today }));
  if (yesterday !== null && (isNearMidnight || today === null)) {
    mine.push(toIdentity(pixel, hit, { keyDay: day - 1, hash: yesterday }));
  }
  return mine;
}

function toIdentity(pixel: Pixel, hit: Hit, address: { keyDay: number; hash: Uint8Array }): Identity {
  const known = identities.get(hit) ?? [];
  const found = known.find(
    ({ keyDay, organizationId }) => keyDay === address.keyDay && organizationId === pixel.organizationId,
  );
  if (found !== undefined) return found;
  const { organizationId } = pixel;
  const visitor = toVisitor(organizationId, address.hash, hit.userAgent);
  const identity = { keyDay: address.keyDay, organizationId, visitor };
  known.push(identity);
  identities.set(hit, known);
  return identity;
}

/** Folding, bursts and uniqueness ask for the same readers: each is hashed once while its hit is at hand. */
const identities = new WeakMap<Hit, (Identity & { readonly organizationId: OrganizationId })[]>();

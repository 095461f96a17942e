import { SLOT_MS } from '../domain/calendar.ts';
import type { DropReason } from '../domain/drop-reason.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { Pixel } from './read-pixels.ts';

/** Whose drop it is. */
export type DropOwner = Pick<Pixel, 'organizationId' | 'memberId' | 'campaignId'>;

/** Hits that became no event, added up. `pixel` is null where no organization is known. */
export interface Drop {
  readonly pixel: DropOwner | null;
  readonly reason: DropReason;
  /** Start of the 15-minute slot, or of the UTC day where no organization is known; milliseconds. */
  readonly windowAt: number;
  hits: number;
}

/** Counts what a batch drops, whichever step drops it. */
export interface DropCounts {
  drop(pixel: DropOwner | null, reason: DropReason, at: { readonly hitAt: number; readonly hits: number }): void;
  /** Sorted by key, as they are locked. */
  toDrops(): readonly Drop[];
}

export function createDropCounts(): DropCounts {
  const drops = new Map<string, Drop>();
  return {
    drop: (pixel, reason, at) => {
      const windowMs = pixel === null ? DAY_MS : SLOT_MS;
      const windowAt = Math.floor(at.hitAt / windowMs) * windowMs;
      const key = `${pixel?.organizationId}|${pixel?.memberId}|${pixel?.campaignId}|${windowAt}|${reason}`;
      const known = drops.get(key);
      if (known) known.hits += at.hits;
      else drops.set(key, { pixel, reason, windowAt, hits: at.hits });
    },
    toDrops: () => [...drops.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, counted]) => counted),
  };
}

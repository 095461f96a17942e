import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { StoredLoads } from './add-loads.ts';
import type { DropCounts } from './drop-counts.ts';
import type { LaterLoads, Open } from './fold-bursts.ts';
import { BURST_REASON, type BurstEvent, judgeBursts } from './judge-bursts.ts';
import type { JudgementIds } from './judgement-ids.ts';
import { lockEvents, type StoredEvent } from './lock-events.ts';
import type { Pixels } from './read-pixels.ts';
import { NOTHING_WITHDRAWN, type Withdrawn, withdrawEvents } from './withdraw-events.ts';

export interface Folded {
  readonly opens: readonly Open[];
  readonly laterLoads: readonly LaterLoads[];
}

export interface Settled {
  readonly opens: readonly Open[];
  /** Opens of a burst, counted and not stored. */
  readonly refused: readonly Open[];
  readonly laterLoads: readonly StoredLoads[];
  readonly withdrawn: Withdrawn;
}

/**
 * Finds scanner bursts, corrects what was stored of them, and counts what of this batch is refused because of them:
 * opens, and loads of an open that was refused.
 * Their pixels must be locked before (throws PixelsNotHeld): what signals rest on changes under the pixel's lock only.
 */
export async function settleBursts(
  trx: Transaction<Schema>,
  folded: Folded,
  { pixels, counts, judgementIds }: { pixels: Pixels; counts: DropCounts; judgementIds: JudgementIds },
): Promise<Settled> {
  const { opens, earlier } = await judgeBursts(trx, folded.opens);
  pixels.mustHold(earlier.map(({ pixelId }) => pixelId));
  const locked = earlier.length === 0 ? new Map() : await lockEvents(trx, earlier);
  const isRefused = ({ judgement, pixel }: Open) => judgement.reason === BURST_REASON && pixel.settings.exclude_bots;
  const refused = opens.filter(isRefused);
  for (const { pixel, hit, loads } of refused) counts.drop(pixel, 'scanner', { hitAt: hit.hitAt, hits: loads });
  const kept = refused.length === 0 ? opens : opens.filter((open) => !isRefused(open));
  judgementIds.mustKnow(kept);
  const settings = new Map(opens.map(({ pixel }) => [pixel.organizationId, pixel.settings]));
  const found = toFound(earlier, locked);
  const withdrawn =
    found.length === 0 ? NOTHING_WITHDRAWN : await withdrawEvents(trx, found, { settings, counts, judgementIds });
  const later = folded.laterLoads.flatMap((loads) => (hasEvent(loads) ? loads : []));
  for (const loads of folded.laterLoads) {
    if (!hasEvent(loads)) counts.drop(loads.pixel, 'scanner', { hitAt: loads.hitAt, hits: loads.loads });
  }
  return { opens: kept, refused, laterLoads: later, withdrawn };
}

function hasEvent(loads: LaterLoads): loads is StoredLoads {
  return loads.eventId !== null;
}

/** An event may be found under several of its visitor's keys, and may be gone. */
function toFound(
  earlier: readonly BurstEvent[],
  locked: ReadonlyMap<number, StoredEvent>,
): readonly { event: StoredEvent; burst: BurstEvent }[] {
  const found = new Map<number, { event: StoredEvent; burst: BurstEvent }>();
  for (const burst of earlier) {
    const event = locked.get(burst.eventId);
    if (event) found.set(event.id, { event, burst });
  }
  return [...found.values()];
}

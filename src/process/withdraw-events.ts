import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { toLocalDay } from '../domain/calendar.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { OrganizationId, PixelId } from '../domain/ids.ts';
import type { TrackingSettings } from '../domain/settings.ts';
import { isCounted } from '../domain/verdict.ts';
import type { DropCounts } from './drop-counts.ts';
import { BURST_REASON, type BurstEvent, toBurstJudgement } from './judge-bursts.ts';
import type { JudgementIds } from './judgement-ids.ts';
import type { StoredEvent } from './lock-events.ts';
import { type Rejudged, rejudgeEvents, toRejudgedChanges } from './rejudge-events.ts';
import type { RollupChange } from './roll-up.ts';
import { type ReaderChange, toGoneReaderChanges, toRejudgedReaderChanges } from './roll-up-readers.ts';
import { type ClaimedWindow, createClaims, removeClaims, type VisitorClaim } from './visitor-claims.ts';

/** What became of events that turned out to be part of a burst. */
export interface Withdrawn {
  /** Of every event that was re-judged or removed: whatever was raised because of it no longer holds. */
  readonly eventIds: readonly number[];
  /** The same events, by pixel and time. */
  readonly places: readonly WithdrawnPlace[];
  /** The same events, as they were. */
  readonly events: readonly StoredEvent[];
  readonly removedIds: readonly number[];
  readonly changes: readonly RollupChange[];
  readonly readerChanges: readonly ReaderChange[];
  /** Loads of the removed events, which were counted as hits of an earlier batch. */
  readonly refusedLoads: number;
}

export interface WithdrawnPlace {
  readonly pixelId: PixelId;
  readonly hitAt: number;
}

interface WithdrawTools {
  readonly settings: ReadonlyMap<OrganizationId, TrackingSettings>;
  readonly counts: DropCounts;
  readonly judgementIds: JudgementIds;
}

export const NOTHING_WITHDRAWN: Withdrawn = {
  eventIds: [],
  places: [],
  events: [],
  removedIds: [],
  changes: [],
  readerChanges: [],
  refusedLoads: 0,
};

/**
 * Re-judges stored events, whose rows are locked, as a scanner's. Where the organization refuses machines the event
 * goes, its loads are counted under `scanner`, and where it was a visitor's first of its window so does that claim:
 * the next open of the window that arrives is unique then. One that is stored already does not become it: nothing says
 * any more whose it was. Where machines are kept, the event stays and counts, as every machine's does there.
 */
export async function withdrawEvents(
  trx: Transaction<Schema>,
  found: readonly { readonly event: StoredEvent; readonly burst: BurstEvent }[],
  { settings, counts, judgementIds }: WithdrawTools,
): Promise<Withdrawn> {
  const fresh = found.filter(({ event }) => event.judgement.reason !== BURST_REASON);
  if (fresh.length === 0) return NOTHING_WITHDRAWN;
  const isRefused = ({ event }: { event: StoredEvent }) => settings.get(event.organizationId)?.exclude_bots ?? true;
  const refused = fresh.filter(isRefused);
  const kept = fresh
    .filter((one) => !isRefused(one))
    .map(({ event }): Rejudged => {
      const judgement = toBurstJudgement(event.judgement);
      return { event, judgement, isCounted: isCounted(judgement.verdict, false), isUnique: event.isUnique };
    });
  judgementIds.mustKnow(kept);
  const toDay = ({ hitAt, organizationId }: StoredEvent) =>
    toLocalDay(hitAt, settings.get(organizationId)?.timezone ?? 'UTC');
  await rejudgeEvents(trx, kept, judgementIds);
  await removeEvents(
    trx,
    refused.map(({ event }) => event),
  );
  await removeClaims(trx, toClaims(refused, toDay));
  for (const { event } of refused) counts.drop(event, 'scanner', { hitAt: event.hitAt, hits: event.loads });
  return {
    eventIds: fresh.map(({ event }) => event.id),
    places: fresh.map(({ event, burst }) => ({ pixelId: burst.pixelId, hitAt: event.hitAt })),
    events: fresh.map(({ event }) => event),
    removedIds: refused.map(({ event }) => event.id),
    changes: [
      ...toRejudgedChanges(kept, toDay),
      ...refused.map(({ event }): RollupChange => toRemovedChange(event, toDay(event))),
    ],
    readerChanges: [...toRejudgedReaderChanges(kept), ...refused.flatMap(({ event }) => toGoneReaderChanges(event))],
    refusedLoads: refused.reduce((sum, { event }) => sum + event.loads, 0),
  };
}

function toRemovedChange(event: StoredEvent, localDay: string): RollupChange {
  const { verdict, device } = event.judgement;
  return {
    ...event,
    localDay,
    verdict,
    device,
    events: -1,
    opens: event.isCounted ? -1 : 0,
    uniques: event.isUnique ? -1 : 0,
  };
}

async function removeEvents(trx: Transaction<Schema>, events: readonly StoredEvent[]): Promise<void> {
  if (events.length === 0) return;
  await sql`
    delete from signature_tracking_events event
    using unnest(${events.map(({ organizationId }) => organizationId)}::uuid[], ${events.map(({ id }) => id)}::bigint[],
      ${events.map(({ hitAt }) => hitAt)}::float8[]) as gone (organization_id, id, hit_at)
    where event.organization_id = gone.organization_id and event.id = gone.id and event.hit_at = to_timestamp(gone.hit_at / 1000)`.execute(
    trx,
  );
}

const HOUR_MS = 3_600_000;

/** What markUnique knew the visitor by in the event's window, and as a reader of the day. */
function toClaims(
  refused: readonly { readonly event: StoredEvent; readonly burst: BurstEvent }[],
  toDay: (event: StoredEvent) => string,
): readonly VisitorClaim[] {
  const toClaim = createClaims();
  return refused.flatMap(({ event, burst }) =>
    toWindows(event, toDay).flatMap((window) => burst.identities.map((identity) => toClaim(window, identity))),
  );
}

function toWindows(event: StoredEvent, toDay: (event: StoredEvent) => string): readonly ClaimedWindow[] {
  const { campaignId, memberId, organizationId, hitAt, isUnique, isNewReader } = event;
  const windows: ClaimedWindow[] = [];
  if (isUnique)
    windows.push(
      campaignId === null
        ? { organizationId, kind: 'day', scopeId: memberId, windowAt: Date.parse(toDay(event)) }
        : { organizationId, kind: 'hour', scopeId: campaignId, windowAt: Math.floor(hitAt / HOUR_MS) * HOUR_MS },
    );
  if (isNewReader === true)
    windows.push({
      organizationId,
      kind: 'reader',
      scopeId: organizationId,
      windowAt: Math.floor(hitAt / DAY_MS) * DAY_MS,
    });
  return windows;
}

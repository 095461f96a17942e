import type { DropReason } from '../domain/drop-reason.ts';
import type { SpoolBlock } from '../domain/hit.ts';
import type { Drop } from './drop-counts.ts';
import type { LaterLoads } from './fold-bursts.ts';
import type { DeadLetter, JudgedBatch } from './judge-records.ts';
import type { OpenEvent } from './mark-unique.ts';
import type { SignalCount } from './raise-signals/raise-signals.ts';
import type { Withdrawn } from './withdraw-events.ts';

/** What became of a batch. `hits` = events + folded + tested + dropped (dead letters are dropped as unreadable). */
export interface BatchOutcome {
  readonly blocks: number;
  /** Blocks of the batch whose effects were stored before. */
  readonly replayedBlocks: number;
  readonly hits: number;
  readonly events: number;
  /** Loads that were added to an event. */
  readonly folded: number;
  /** Hits of install tests, which are part of no figure. */
  readonly tested: number;
  readonly dropped: Partial<Record<DropReason, number>>;
  readonly deadLetters: readonly DeadLetter[];
  /**
   * Events of earlier batches that turned out to be part of a scanner's burst: re-judged, or removed and counted as
   * dropped. Their loads are no hits of this batch. Whatever was raised because of them is to be withdrawn.
   */
  readonly withdrawnEventIds: readonly number[];
  readonly signals: readonly SignalCount[];
}

interface BatchResult {
  readonly blocks: readonly SpoolBlock[];
  readonly fresh: ReadonlySet<string>;
  readonly batch: JudgedBatch;
  readonly drops: readonly Drop[];
  readonly events: readonly OpenEvent[];
  readonly laterLoads: readonly LaterLoads[];
  readonly withdrawn: Withdrawn;
  readonly tested: number;
  readonly signals: readonly SignalCount[];
}

export function toOutcome(result: BatchResult): BatchOutcome {
  const { blocks, fresh, batch, drops, events, laterLoads, withdrawn, tested, signals } = result;
  const dropped: Partial<Record<DropReason, number>> = {};
  for (const drop of drops) dropped[drop.reason] = (dropped[drop.reason] ?? 0) + drop.hits;
  dropped.scanner = (dropped.scanner ?? 0) - withdrawn.refusedLoads;
  if (dropped.scanner === 0) delete dropped.scanner;
  const loads = events.reduce((sum, event) => sum + event.loads, 0);
  const folded = laterLoads.reduce((sum, later) => sum + later.loads, loads - events.length);
  const droppedHits = Object.values(dropped).reduce((sum, hits) => sum + hits, 0);
  return {
    blocks: blocks.length,
    replayedBlocks: blocks.length - fresh.size,
    hits: events.length + folded + tested + droppedHits,
    events: events.length,
    folded,
    tested,
    dropped,
    deadLetters: batch.deadLetters,
    withdrawnEventIds: withdrawn.eventIds,
    signals,
  };
}

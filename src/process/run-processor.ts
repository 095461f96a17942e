import type { Databases } from '../db/open-databases.ts';
import type { DropReason } from '../domain/drop-reason.ts';
import type { SpoolBlock } from '../domain/hit.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import type { Spool } from '../spool/spool.ts';
import { type BatchStep, createBatchContext } from './batch-context.ts';
import { isolatePoison } from './isolate-poison.ts';
import type { ProcessMetrics } from './process-metrics.ts';
import { toErrorText } from './to-error-text.ts';
import { type Failure, toFailure } from './to-failure.ts';
import type { BatchOutcome } from './to-outcome.ts';

// In: the spool. Out: the database, and the acknowledgement of what is stored there. A batch that cannot be stored
// because the database is away is tried again for as long as it takes, in order. What must never happen: a block
// acknowledged before its effects are stored, or a record that holds up those behind it.

export interface ProcessorOptions {
  readonly spool: Pick<Spool, 'read' | 'acknowledge' | 'rewind'>;
  readonly databases: Databases;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: ProcessMetrics;
  /** Age in days of the list of Google's proxy pool; an old list accuses nobody. Absent: taken as fresh. */
  readonly networksAgeDays?: () => number | null;
  /** Hits of one transaction; a single block may hold more. */
  readonly batchHitsMax?: number;
  /** For organizations without a plan of their own; unlimited when not given. */
  readonly opensPerMinute?: number;
}

export interface Processor {
  figures(): ProcessorFigures;
  /** Stores the batch under way, hands back what was read beyond it, and ends. What waits stays in the spool. */
  stop(): Promise<void>;
}

/** Since the start of this processor. */
export interface ProcessorFigures {
  readonly hits: number;
  readonly events: number;
  readonly folded: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  readonly deadLetters: number;
  readonly replayedBlocks: number;
  /** Failed tries of the batch under way; 0 when all is well. */
  readonly failedTries: number;
}

/**
 * Of a backlog; otherwise what has come meanwhile. The more hits a batch has, the fewer rows of rollups a hit. Some
 * 700 ms: what is erased waits so long for its pixel's lock.
 */
const BATCH_HITS_MAX = 12_000;
const BLOCKS_READ_MAX = 64;
/** Also how long stop() may wait for a quiet spool. */
const READ_WAIT_MS = 200;
const BACKOFF_MS_FIRST: Readonly<Record<Failure, number>> = {
  poison: 100,
  conflict: 10,
  partition_gone: 10,
  unavailable: 100,
};
const BACKOFF_MS_MAX = 5000;
/** The rollups are next: of all steps the one in which the database has most to do, and this side least. */
const READ_AHEAD_AFTER: BatchStep = 'loads';
/** A database that hangs does not hold up a shutdown: what is not acknowledged is done by the next processor. */
const STOP_WAIT_MS_MAX = 10_000;

export function startProcessor(options: ProcessorOptions): Processor {
  const { spool, log, metrics } = options;
  const hitsMax = options.batchHitsMax ?? BATCH_HITS_MAX;
  /** Blocks of the next batch, which are read and decoded while the database is at work. */
  let ahead: Promise<readonly SpoolBlock[]> | null = null;
  let isBacklog = false;
  const context = createBatchContext(options, (step, seconds) => {
    metrics.step(step, seconds);
    if (step !== READ_AHEAD_AFTER || !isBacklog || ahead !== null) return;
    ahead = readWaiting(spool, hitsMax);
    ahead.catch(() => undefined);
  });
  const stopping = new AbortController();
  const sums = {
    hits: 0,
    events: 0,
    folded: 0,
    dropped: {} as Partial<Record<DropReason, number>>,
    deadLetters: 0,
    replayedBlocks: 0,
  };
  let failedTries = 0;

  const onStored = (outcome: BatchOutcome, startedAt: number): void => {
    metrics.stored(outcome);
    addUp(sums, outcome);
    logOutcome(log, outcome, performance.now() - startedAt);
  };

  const onFailed = async (error: unknown, what: 'batch' | 'spool'): Promise<void> => {
    failedTries += 1;
    const failure = toFailure(error);
    metrics.failed(failure);
    if (failure === 'partition_gone') context.partitions.forget();
    const waitMs = toBackoffMs(failure, failedTries);
    log.warn({ failure, error: toErrorText(error), failedTries, waitMs }, `${what}.failed`);
    await pause(waitMs, stopping.signal);
  };

  /** True when stored; false when it was told to stop first. */
  const store = async (blocks: readonly SpoolBlock[]): Promise<boolean> => {
    while (!stopping.signal.aborted) {
      try {
        const startedAt = performance.now();
        await isolatePoison(context, blocks, (outcome) => onStored(outcome, startedAt));
        failedTries = 0;
        return true;
      } catch (error) {
        await onFailed(error, 'batch');
      }
    }
    return false;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const blocks = await (ahead ?? readWaiting(spool, hitsMax));
        ahead = null;
        // Otherwise what comes while this is stored would be read at its beginning, in small batches.
        isBacklog = countHits(blocks) >= hitsMax;
        for (const batch of toBatches(blocks, hitsMax)) {
          if (!(await store(batch))) break;
          await spool.acknowledge(batch.map((block) => block.id));
        }
      } catch (error) {
        await onFailed(error, 'spool');
        await ahead?.catch(() => undefined);
        ahead = null;
        await spool.rewind().catch(() => undefined);
      }
    }
    await ahead?.catch(() => undefined);
    await spool.rewind().catch(() => undefined);
  };

  const ended = run();
  return {
    figures: () => ({ ...sums, dropped: { ...sums.dropped }, failedTries }),
    stop: async () => {
      stopping.abort();
      const given = new AbortController();
      const isEnded = await Promise.race([ended.then(() => true), pause(STOP_WAIT_MS_MAX, given.signal)]);
      given.abort();
      if (!isEnded) log.warn({ waitedMs: STOP_WAIT_MS_MAX }, 'batch.abandoned');
    },
  };
}

/** What waits in the spool, until it makes a batch. Waits for the first block only, and no failure after it costs it. */
async function readWaiting(spool: ProcessorOptions['spool'], hitsMax: number): Promise<readonly SpoolBlock[]> {
  const blocks: SpoolBlock[] = [];
  do {
    const more: readonly SpoolBlock[] =
      blocks.length === 0
        ? await spool.read(BLOCKS_READ_MAX, READ_WAIT_MS)
        : await spool.read(BLOCKS_READ_MAX, 0).catch(() => []);
    if (more.length === 0) break;
    blocks.push(...more);
  } while (countHits(blocks) < hitsMax);
  return blocks;
}

function countHits(blocks: readonly SpoolBlock[]): number {
  return blocks.reduce((sum, { records }) => sum + records.length, 0);
}

/** Whole blocks in order, as many as fit; a larger block is a batch of its own. */
function toBatches(blocks: readonly SpoolBlock[], hitsMax: number): readonly (readonly SpoolBlock[])[] {
  const batches: SpoolBlock[][] = [];
  let hits = 0;
  for (const block of blocks) {
    const last = batches.at(-1);
    hits += block.records.length;
    if (last && hits <= hitsMax) {
      last.push(block);
    } else {
      batches.push([block]);
      hits = block.records.length;
    }
  }
  return batches;
}

type Sums = { -readonly [K in Exclude<keyof ProcessorFigures, 'failedTries' | 'dropped'>]: number } & {
  dropped: Partial<Record<DropReason, number>>;
};

function addUp(sums: Sums, outcome: BatchOutcome): void {
  sums.hits += outcome.hits;
  sums.events += outcome.events;
  sums.folded += outcome.folded;
  sums.deadLetters += outcome.deadLetters.length;
  sums.replayedBlocks += outcome.replayedBlocks;
  for (const [reason, hits] of Object.entries(outcome.dropped) as [DropReason, number][]) {
    sums.dropped[reason] = (sums.dropped[reason] ?? 0) + hits;
  }
}

function logOutcome(log: Log, outcome: BatchOutcome, ms: number): void {
  const { deadLetters, withdrawnEventIds, signals, ...figures } = outcome;
  for (const { blockId, recordIndex, error } of deadLetters) {
    log.error({ blockId, recordIndex, error }, 'record.dead_lettered');
  }
  const fields = {
    ...figures,
    deadLetters: deadLetters.length,
    withdrawn: withdrawnEventIds.length,
    signalsRaised: signals.reduce((sum, { raised }) => sum + raised, 0),
    ms: Math.round(ms),
  };
  if (outcome.replayedBlocks > 0) log.info(fields, 'batch.processed');
  else log.debug(fields, 'batch.processed');
}

/** Doubles with each try up to 5 s, less up to half by chance, so that several processors do not knock together. */
function toBackoffMs(failure: Failure, tries: number): number {
  const full = Math.min(BACKOFF_MS_FIRST[failure] * 2 ** Math.min(tries - 1, 16), BACKOFF_MS_MAX);
  return Math.round(full * (0.5 + Math.random() / 2));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

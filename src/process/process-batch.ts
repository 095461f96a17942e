import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { SpoolBlock } from '../domain/hit.ts';
import type { PixelId } from '../domain/ids.ts';
import { addLoads } from './add-loads.ts';
import type { BatchContext } from './batch-context.ts';
import { claimBlocks } from './claim-blocks.ts';
import { createDropCounts } from './drop-counts.ts';
import { dropHits } from './drop-hits.ts';
import { foldBursts } from './fold-bursts.ts';
import { judgeOwnDevices } from './judge-own-devices.ts';
import { type DeadLetter, type JudgedBatch, type JudgingTime, judgeRecords, keepBlocks } from './judge-records.ts';
import { Unlearned } from './judgement-ids.ts';
import { markUnique } from './mark-unique.ts';
import { raiseSignals } from './raise-signals/raise-signals.ts';
import { PixelsNotHeld, readPixels } from './read-pixels.ts';
import { rollUp, toRollupChange } from './roll-up.ts';
import { rollUpReaders, toReaderChanges } from './roll-up-readers.ts';
import { type SendAhead, withSentAhead } from './send-together.ts';
import { settleBursts } from './settle-bursts.ts';
import { storeDeadLetters } from './store-dead-letters.ts';
import { storeDelivered } from './store-delivered.ts';
import { storeDrops } from './store-drops.ts';
import { reserveIds, storeEvents, storeSeen } from './store-events.ts';
import { storeInstallTests } from './store-install-tests.ts';
import { storeLiveEvents } from './store-live-events.ts';
import { storeOutbox } from './store-outbox.ts';
import { throttlePlan } from './throttle-plan.ts';
import { type BatchOutcome, toOutcome } from './to-outcome.ts';

// In: blocks of the spool. Out, in one transaction: events, rollups, drop counts, dead letters, and the blocks' ids,
// so that a block handed over twice changes nothing. A hit ends as exactly one of: event, load of an event, counted
// drop, hit of an install test, dead letter. What must never happen: an address, a raw agent or a visitor outside `visitor_seen` and `visitor_claims`.
//
// Lock order, the same in every processor, so that two of them cannot deadlock: block ids, user pixels, campaign
// pixels, install tests, visitors of suspect networks, events stored before, plans' windows, visitors, slot rollups, day rollups, signals, drop slots, unattributed drops, rollups of readers, live positions; within each, sorted by key. The pixel
// rows' locks make folding and signals exact: whoever holds them sees every load and open that was stored before, and
// nobody else changes one of theirs. A burst found late changes opens of pixels that its batch has not locked: then the
// batch is rolled back and tried again with their locks among the others (PixelsNotHeld).

/** How a batch may differ from the plain case; used to find and set aside records that cannot be stored. */
export interface BatchOptions {
  /** Records that become dead letters instead of being processed. */
  readonly condemned?: readonly DeadLetter[];
  /** Does everything and then rolls back: tells whether the batch can be stored. */
  readonly isProbe?: boolean;
}

/** Stores the effects of the blocks that are not yet processed. Throws what the database throws; then nothing is stored. */
export async function processBatch(
  context: BatchContext,
  blocks: readonly SpoolBlock[],
  options: BatchOptions = {},
): Promise<BatchOutcome> {
  const { time, judgementIds } = context;
  const judged = await time('judge', () => judgeRecords(blocks, toJudgingTime(context), options.condemned ?? []));
  await time('prepare', () => Promise.all([context.partitions.cover(judged), judgementIds.learn(judged.hits)]));
  const alsoHeld = new Set<PixelId>();
  for (let tries = 1; ; tries += 1) {
    try {
      return await storeBatch(context, { blocks, judged, alsoHeld, isProbe: options.isProbe ?? false });
    } catch (error) {
      if (tries === TRIES_MAX) throw error;
      if (error instanceof Unlearned) await judgementIds.learn(error.hits);
      else if (error instanceof PixelsNotHeld) for (const id of error.pixelIds) alsoHeld.add(id);
      else throw error;
    }
  }
}

/**
 * A judgement that shows only inside of the transaction may be new; opens and earlier events are asked for apart. A
 * burst that grows meanwhile brings pixels again.
 */
const TRIES_MAX = 8;

interface PreparedBatch {
  readonly blocks: readonly SpoolBlock[];
  readonly judged: JudgedBatch;
  readonly alsoHeld: ReadonlySet<PixelId>;
  readonly isProbe: boolean;
}

async function storeBatch(
  context: BatchContext,
  { blocks, judged, alsoHeld, isProbe }: PreparedBatch,
): Promise<BatchOutcome> {
  const { time, judgementIds, opensPerMinute } = context;
  const transaction = begin(context).execute(async (trx) => {
    const outcome = await withSentAhead((ahead) => storeIn(trx, ahead));
    if (isProbe) throw new ProbePassed(outcome);
    return outcome;
  });
  return isProbe ? transaction.catch(toProbeOutcome) : transaction;

  async function storeIn(trx: Transaction<Schema>, ahead: SendAhead): Promise<BatchOutcome> {
    const fresh = await time('claim', () => claimBlocks(trx, blocks));
    const batch = keepBlocks(judged, fresh);
    const pixels = await time('pixels', () => readPixels(trx, batch, alsoHeld));
    const counts = createDropCounts();
    const { others, tested } = await time('tests', () =>
      storeInstallTests(trx, batch.hits, { pixels, counts, judgementIds }),
    );
    const hits = await time('own', () => judgeOwnDevices(trx, others, pixels));
    const kept = await time('drop', () => dropHits({ ...batch, hits }, pixels, counts));
    const folded = await time('fold', () => foldBursts(trx, kept));
    const settled = await time('bursts', () => settleBursts(trx, folded, { pixels, counts, judgementIds }));
    const { refused, withdrawn } = settled;
    const reserving = ahead(reserveIds(trx, settled.opens.length));
    const adding = ahead(addLoads(trx, settled.laterLoads, counts));
    const opens = await time('throttle', () => throttlePlan(trx, settled.opens, { counts, opensPerMinute }));
    const ids = await time('ids', () => reserving);
    ahead(time('seen', () => storeSeen(trx, { opens, ids, refused })));
    const events = await time('unique', () => markUnique(trx, opens));
    await time('events', () => storeEvents(trx, { events, ids, judgementIds }));
    const laterLoads = await time('loads', () => adding);
    await time('delivered', () => storeDelivered(trx, events));
    const rolledUp = ahead(time('rollups', () => rollUp(trx, [...events.map(toRollupChange), ...withdrawn.changes])));
    const signals = await time('signals', () =>
      raiseSignals(trx, { events, withdrawn: withdrawn.places, pixels, rolledUp, now: judged.judgedAt }),
    );
    await rolledUp;
    const drops = counts.toDrops();
    await time('drops', () => storeDrops(trx, drops));
    await time('dead_letters', () => storeDeadLetters(trx, batch.deadLetters));
    await time('outbox', () =>
      storeOutbox(trx, {
        events,
        ids,
        withdrawn: withdrawn.events,
        raised: signals.raised,
        withdrawnSignals: signals.withdrawn,
      }),
    );
    await time('readers', () => rollUpReaders(trx, [...events.flatMap(toReaderChanges), ...withdrawn.readerChanges]));
    await time('live', () =>
      storeLiveEvents(trx, {
        events,
        ids,
        withdrawn: withdrawn.events,
        signals: [...signals.raised, ...signals.moved, ...signals.withdrawn],
      }),
    );
    return toOutcome({
      ...{ blocks, fresh, batch, drops, events, laterLoads, withdrawn, tested },
      signals: signals.counts,
    });
  }
}

function toJudgingTime({ clock, networksAgeDays }: BatchContext): JudgingTime {
  return { now: clock.now(), networksAgeDays: networksAgeDays() };
}

/** Each statement must see what was committed while it waited for a lock, whatever the server's default is. */
function begin(context: BatchContext) {
  return context.databases.system.transaction().setIsolationLevel('read committed');
}

class ProbePassed extends Error {
  readonly outcome: BatchOutcome;
  constructor(outcome: BatchOutcome) {
    super('probe');
    this.outcome = outcome;
  }
}

function toProbeOutcome(error: unknown): BatchOutcome {
  if (error instanceof ProbePassed) return error.outcome;
  throw error;
}

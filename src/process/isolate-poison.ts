import type { SpoolBlock } from '../domain/hit.ts';
import type { BatchContext } from './batch-context.ts';
import type { DeadLetter } from './judge-records.ts';
import { processBatch } from './process-batch.ts';
import { toErrorText } from './to-error-text.ts';
import { toFailure } from './to-failure.ts';
import type { BatchOutcome } from './to-outcome.ts';

/**
 * Processes the blocks whatever they hold: where some record cannot be stored, the batch is halved down to its block
 * and the block down to its records, by trials that are rolled back; what cannot be stored becomes a dead letter and
 * everything else is stored. `onStored` hears each transaction. Throws whatever is no record's fault; what was
 * stored by then is skipped when the same blocks come again.
 */
export async function isolatePoison(
  context: BatchContext,
  blocks: readonly SpoolBlock[],
  onStored: (outcome: BatchOutcome) => void,
): Promise<void> {
  try {
    onStored(await processBatch(context, blocks));
  } catch (error) {
    if (toFailure(error) !== 'poison') throw error;
    const [block] = blocks;
    if (blocks.length === 1 && block) {
      onStored(await processWithoutPoison(context, block));
      return;
    }
    const half = Math.ceil(blocks.length / 2);
    await isolatePoison(context, blocks.slice(0, half), onStored);
    await isolatePoison(context, blocks.slice(half), onStored);
  }
}

/** A fault is believed when it shows twice: a hiccup of the connection condemns nobody. */
async function processWithoutPoison(context: BatchContext, block: SpoolBlock): Promise<BatchOutcome> {
  const all = block.records.map((_, recordIndex) => recordIndex);
  const again = await probe(context, block, all);
  const condemned = again === null ? [] : await condemn(context, block, { indexes: all, error: again });
  try {
    return await processBatch(context, [block], { condemned });
  } catch (error) {
    if (toFailure(error) !== 'poison') throw error;
    const everything = all.map((recordIndex) => toLetter(block, recordIndex, error));
    return processBatch(context, [block], { condemned: everything });
  }
}

interface Suspects {
  /** Places in the block of records that cannot be stored together. */
  readonly indexes: readonly number[];
  readonly error: unknown;
}

/** About 2 log2(n) trials for one poisonous record among n. */
async function condemn(context: BatchContext, block: SpoolBlock, suspects: Suspects): Promise<readonly DeadLetter[]> {
  const { indexes, error } = suspects;
  const [only] = indexes;
  if (only === undefined) return [];
  if (indexes.length === 1) return [toLetter(block, only, error)];
  const half = Math.ceil(indexes.length / 2);
  const halves = [indexes.slice(0, half), indexes.slice(half)];
  const condemned: DeadLetter[] = [];
  for (const part of halves) {
    const failure = await probe(context, block, part);
    if (failure !== null) condemned.push(...(await condemn(context, block, { indexes: part, error: failure })));
  }
  return condemned;
}

/** Tries these records of the block alone and rolls back: the error when they cannot be stored, else null. */
async function probe(context: BatchContext, block: SpoolBlock, indexes: readonly number[]): Promise<unknown> {
  const records = indexes.flatMap((index) => block.records[index] ?? []);
  try {
    await processBatch(context, [{ id: block.id, records, malformed: 0 }], { isProbe: true });
    return null;
  } catch (error) {
    if (toFailure(error) !== 'poison') throw error;
    return error;
  }
}

function toLetter(block: SpoolBlock, recordIndex: number, error: unknown): DeadLetter {
  return { blockId: block.id, recordIndex, record: block.records[recordIndex] ?? null, error: toErrorText(error) };
}

import type { SpoolBlock, SpoolRecord } from '../domain/hit.ts';

// The durable hand-off between collect and process. Records enter one by one and leave in blocks, each what one group
// commit wrote. A record that was reported durable is never lost by kill -9, and every block is handed over until it
// is acknowledged: at least once, in order. What must never happen: an append that blocks the event loop, a block
// that changes its id or its content between two reads, a corrupt record handed over as a good one.

/** The collector's side. */
export interface SpoolWriter {
  /**
   * Queues one record for the next group commit. `position` grows by one per accepted record. Null when refused;
   * the record is then lost and counted under `refused` in the figures.
   */
  append(record: SpoolRecord): SpoolPosition | null;
  /**
   * Called after each group commit with the highest settled position: all up to it are as durable as the mode
   * promises, or, where `isLost`, could not be written (disk full, read-only) and are counted under `lost`.
   */
  onSettled(listener: (position: SpoolPosition, isLost: boolean) => void): void;
}

export type SpoolPosition = number;

/** The processor's side. One reader at a time on disk and in memory. */
export interface SpoolReader {
  /**
   * The next blocks in order, not acknowledged and not handed out before by this reader, at most `blocksMax`; waits at
   * most `waitMs` for the first one and then answers an empty list.
   */
  read(blocksMax: number, waitMs: number): Promise<readonly SpoolBlock[]>;
  /** The blocks' effects are stored; their bytes may go. Ids not handed out are ignored. */
  acknowledge(blockIds: readonly string[]): Promise<void>;
  /** Hands out again, from the first block not yet acknowledged: after a failed batch. */
  rewind(): Promise<void>;
}

export interface Spool extends SpoolWriter, SpoolReader {
  figures(): SpoolFigures;
  /** Commits what is queued, then releases files and lock. Nothing may be appended afterwards. */
  close(): Promise<void>;
}

export interface SpoolFigures {
  /** Bytes not yet acknowledged. */
  readonly bytes: number;
  readonly bytesMax: number;
  /** Blocks written and not yet acknowledged. */
  readonly blocks: number;
  /** Age of the oldest block that is not acknowledged, in milliseconds; 0 when there is none. */
  readonly lagMs: number;
  /** Records refused at the door since start: the spool was at its cap or its queue was full. */
  readonly refused: number;
  /** Records accepted and then not written, since start. */
  readonly lost: number;
  /** Why records are lost at this time (ENOSPC, EROFS, …); null when the last commit was written. */
  readonly failure: string | null;
  /** Blocks skipped because their checksum did not hold, since start. */
  readonly corruptBlocks: number;
}

/** `durable`: fdatasync before the answer. `fast`: written before the answer (survives kill -9), synced within 50 ms. */
export type SpoolSync = 'durable' | 'fast';

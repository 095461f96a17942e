import { mkdir } from 'node:fs/promises';
import type { SpoolBlock, SpoolRecord } from '../../domain/hit.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import type { Spool, SpoolFigures, SpoolPosition, SpoolSync } from '../spool.ts';
import { BlockReader } from './block-reader.ts';
import { CommitThread } from './commit-thread.ts';
import { readCursor } from './cursor-file.ts';
import { CursorKeeper } from './cursor-keeper.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { recoverSegments } from './segment-files.ts';
import type { CommitMessage } from './spool-worker.ts';

export interface DiskSpoolOptions {
  /** Made when missing; one process at a time. */
  readonly folder: string;
  readonly sync: SpoolSync;
  /** Records are refused beyond so many bytes not acknowledged. Files may take one segment more. */
  readonly bytesMax: number;
  readonly log: Log;
  readonly clock: Clock;
  /** A segment ends at this size; 64 MiB, or a sixteenth of `bytesMax` when that is less. */
  readonly segmentBytesMax?: number;
  /** A segment with blocks ends at this age, so that acknowledged hits do not stay on the disk; a minute. */
  readonly segmentAgeMsMax?: number;
}

/**
 * Opens the spool of a folder: cuts what a crash left half-written, goes on at the first block that is not
 * acknowledged. Throws SpoolLockedError while another process has it, SpoolVersionError on an unknown format.
 */
export async function openDiskSpool(options: DiskSpoolOptions): Promise<Spool> {
  const { folder, log } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder);
  let reader: BlockReader | null = null;
  try {
    const stored = await readCursor(folder);
    const recovered = await recoverSegments(folder, stored?.segment ?? 0, log);
    reader = new BlockReader(folder, recovered.segments, stored, log);
    // Learns the age of what is left, for the figures.
    await reader.read(1);
    reader.rewind();
    const thread = await CommitThread.start({
      sync: options.sync,
      commitGapMs: COMMIT_GAP_MS[options.sync],
      segments: {
        folder,
        nextNumber: recovered.nextNumber,
        blocksBefore: recovered.blocksBefore,
        segmentBytesMax: options.segmentBytesMax ?? Math.min(SEGMENT_BYTES_MAX, Math.ceil(options.bytesMax / 16)),
        segmentAgeMsMax: options.segmentAgeMsMax ?? SEGMENT_AGE_MS_MAX,
      },
    });
    return new DiskSpool({ options, lock, reader, thread });
  } catch (error) {
    await reader?.close();
    await lock.release();
    throw error;
  }
}

/** The answer waits for one gap and one sync at most: within the 5 ms promised on a disk that syncs in 3 ms. */
const COMMIT_GAP_MS: Readonly<Record<SpoolSync, number>> = { durable: 2, fast: 1 };
const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;
const SEGMENT_AGE_MS_MAX = 60_000;
/** A disk that is full fails every commit, a spool at its cap refuses every record: one line in this time tells it. */
const FAILURE_LOG_GAP_MS = 10_000;
/** A failure counts as over when nothing failed for so long: who is told of it may send no more hits to try. */
const FAILURE_MS = 60_000;

interface DiskSpoolParts {
  readonly options: DiskSpoolOptions;
  readonly lock: FolderLock;
  readonly reader: BlockReader;
  readonly thread: CommitThread;
}

class DiskSpool implements Spool {
  readonly #options: DiskSpoolOptions;
  readonly #lock: FolderLock;
  readonly #reader: BlockReader;
  readonly #thread: CommitThread;
  readonly #keeper: CursorKeeper;
  #listeners: ((position: SpoolPosition, isLost: boolean) => void)[] = [];
  #waiting = new Set<() => void>();
  #turn: Promise<unknown> = Promise.resolve();
  #refused = 0;
  #lost = 0;
  #failureLoggedAt = Number.NEGATIVE_INFINITY;
  #refusalLoggedAt = Number.NEGATIVE_INFINITY;
  #failure: { readonly code: string; readonly at: number } | null = null;
  #isClosed = false;

  constructor({ options, lock, reader, thread }: DiskSpoolParts) {
    this.#options = options;
    this.#lock = lock;
    this.#reader = reader;
    this.#thread = thread;
    this.#keeper = new CursorKeeper(options.folder, reader, options.log);
    thread.listen({
      onCommit: (commit, position) => this.#settle(commit, position),
      onSealed: (segment) => {
        reader.seal(segment);
        this.#keeper.storeSoon();
      },
      onSyncFailed: (code) => this.#noteFailure(code, 0),
    });
  }

  append(record: SpoolRecord): SpoolPosition | null {
    const isFull = this.#reader.bytes + this.#thread.queuedBytes >= this.#options.bytesMax;
    const position = isFull || this.#isClosed ? null : this.#thread.append(record);
    if (position === null) this.#noteRefusal();
    return position;
  }

  onSettled(listener: (position: SpoolPosition, isLost: boolean) => void): void {
    this.#listeners.push(listener);
  }

  async read(blocksMax: number, waitMs: number): Promise<readonly SpoolBlock[]> {
    const waitUntil = performance.now() + waitMs;
    for (;;) {
      if (this.#isClosed) return [];
      const blocks = await this.#inTurn(() => this.#reader.read(blocksMax));
      // A corrupt stretch at the front moves the cursor without an acknowledgement.
      this.#keeper.storeSoon();
      const leftMs = waitUntil - performance.now();
      if (blocks.length > 0 || leftMs <= 0) return blocks;
      await this.#waitForCommit(leftMs);
    }
  }

  async acknowledge(blockIds: readonly string[]): Promise<void> {
    this.#reader.acknowledge(blockIds);
    this.#keeper.storeSoon();
  }

  async rewind(): Promise<void> {
    await this.#inTurn(async () => this.#reader.rewind());
    this.#wakeReaders();
  }

  figures(): SpoolFigures {
    const { bytes, blocks, corruptBlocks, oldestAt } = this.#reader.figures();
    const isFailing = this.#failure !== null && performance.now() - this.#failure.at < FAILURE_MS;
    return {
      bytes: bytes + this.#thread.queuedBytes,
      bytesMax: this.#options.bytesMax,
      blocks,
      lagMs: oldestAt === null ? 0 : Math.max(0, this.#options.clock.now() - oldestAt),
      refused: this.#refused,
      lost: this.#lost,
      failure: isFailing ? (this.#failure?.code ?? null) : null,
      corruptBlocks,
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#thread.close();
    this.#wakeReaders();
    await this.#turn;
    this.#reader.sealAll();
    await this.#keeper.close();
    await this.#reader.close();
    await this.#lock.release();
  }

  #settle(commit: CommitMessage, position: SpoolPosition): void {
    const isLost = commit.lostCode !== null;
    if (commit.lostCode !== null) {
      this.#lost += commit.records;
      this.#noteFailure(commit.lostCode, commit.records);
    } else {
      this.#reader.extend(commit);
      if (this.#failure !== null) this.#options.log.info({ lost: this.#lost }, 'spool.write_recovered');
      this.#failure = null;
    }
    for (const listener of this.#listeners) listener(position, isLost);
    if (!isLost) this.#wakeReaders();
  }

  #noteFailure(code: string, records: number): void {
    const now = performance.now();
    const isQuiet = this.#failure !== null && now - this.#failureLoggedAt < FAILURE_LOG_GAP_MS;
    this.#failure = { code, at: now };
    if (isQuiet) return;
    this.#failureLoggedAt = now;
    this.#options.log.error({ code, records, lost: this.#lost }, 'spool.write_failed');
  }

  /** At its cap, or the disk slower than what comes for so long that the queue is full. */
  #noteRefusal(): void {
    this.#refused += 1;
    const now = performance.now();
    if (this.#isClosed || now - this.#refusalLoggedAt < FAILURE_LOG_GAP_MS) return;
    this.#refusalLoggedAt = now;
    const { bytes, bytesMax } = this.figures();
    this.#options.log.error({ refused: this.#refused, bytes, bytesMax }, 'spool.refused');
  }

  /** Reading and rewinding one after the other: both move the position. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #waitForCommit(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      this.#waiting.add(wake);
    });
  }

  #wakeReaders(): void {
    for (const wake of this.#waiting) wake();
  }
}

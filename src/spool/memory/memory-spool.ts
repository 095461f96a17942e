import { randomBytes } from 'node:crypto';
import type { SpoolBlock, SpoolRecord } from '../../domain/hit.ts';
import { type Clock, systemClock } from '../../kit/clock.ts';
import { toBlockId } from '../disk/block-format.ts';
import { decodeRecords, encodeRecord, RECORD_BYTES_MAX } from '../record-codec.ts';
import type { Spool, SpoolFigures, SpoolPosition } from '../spool.ts';

export interface MemorySpoolOptions {
  readonly bytesMax?: number;
  readonly clock?: Clock;
}

/** A spool that dies with the process: for tests, and as the plainest reading of what a spool promises. */
export function createMemorySpool(options: MemorySpoolOptions = {}): Spool {
  return new MemorySpool(options.bytesMax ?? BYTES_MAX, options.clock ?? systemClock);
}

const BYTES_MAX = 64 * 1024 * 1024;

interface StoredBlock {
  readonly id: string;
  readonly payload: Buffer;
  readonly writtenAt: number;
}

class MemorySpool implements Spool {
  readonly #bytesMax: number;
  readonly #clock: Clock;
  readonly #id = randomBytes(12).toString('hex');
  readonly #scratch = Buffer.alloc(RECORD_BYTES_MAX);
  #queue: Buffer[] = [];
  #blocks: StoredBlock[] = [];
  #handedOut = 0;
  #index = 0;
  #position = 0;
  #bytes = 0;
  #refused = 0;
  #isClosed = false;
  #listeners: ((position: SpoolPosition, isLost: boolean) => void)[] = [];
  #waiting = new Set<() => void>();

  constructor(bytesMax: number, clock: Clock) {
    this.#bytesMax = bytesMax;
    this.#clock = clock;
  }

  append(record: SpoolRecord): SpoolPosition | null {
    if (this.#isClosed || this.#bytes >= this.#bytesMax) {
      this.#refused += 1;
      return null;
    }
    const bytes = Buffer.from(this.#scratch.subarray(0, encodeRecord(record, this.#scratch, 0)));
    if (this.#queue.length === 0) setImmediate(() => this.#commit());
    this.#queue.push(bytes);
    this.#bytes += bytes.length;
    this.#position += 1;
    return this.#position;
  }

  onSettled(listener: (position: SpoolPosition, isLost: boolean) => void): void {
    this.#listeners.push(listener);
  }

  async read(blocksMax: number, waitMs: number): Promise<readonly SpoolBlock[]> {
    if (this.#handedOut === this.#blocks.length && waitMs > 0 && !this.#isClosed) await this.#waitForCommit(waitMs);
    const blocks = this.#blocks.slice(this.#handedOut, this.#handedOut + blocksMax);
    this.#handedOut += blocks.length;
    return blocks.map(({ id, payload }) => ({ id, ...decodeRecords(payload) }));
  }

  async acknowledge(blockIds: readonly string[]): Promise<void> {
    const ids = new Set(blockIds);
    const isDone = (block: StoredBlock, at: number): boolean => at < this.#handedOut && ids.has(block.id);
    const done = this.#blocks.filter(isDone);
    this.#blocks = this.#blocks.filter((block, at) => !isDone(block, at));
    this.#handedOut -= done.length;
    for (const { payload } of done) this.#bytes -= payload.length;
  }

  async rewind(): Promise<void> {
    this.#handedOut = 0;
    this.#wakeReaders();
  }

  figures(): SpoolFigures {
    const oldest = this.#blocks[0];
    return {
      bytes: this.#bytes,
      bytesMax: this.#bytesMax,
      blocks: this.#blocks.length,
      lagMs: oldest === undefined ? 0 : Math.max(0, this.#clock.now() - oldest.writtenAt),
      refused: this.#refused,
      lost: 0,
      failure: null,
      corruptBlocks: 0,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#commit();
    this.#wakeReaders();
  }

  #commit(): void {
    if (this.#queue.length === 0) return;
    const id = toBlockId(this.#id, this.#index++);
    this.#blocks.push({ id, payload: Buffer.concat(this.#queue), writtenAt: this.#clock.now() });
    this.#queue = [];
    for (const listener of this.#listeners) listener(this.#position, false);
    this.#wakeReaders();
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

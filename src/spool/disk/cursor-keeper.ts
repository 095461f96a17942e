import type { Log } from '../../kit/log.ts';
import type { BlockReader } from './block-reader.ts';
import { type Cursor, storeCursor } from './cursor-file.ts';
import { removeSegment } from './segment-files.ts';

/**
 * Stores the reader's cursor, then removes the segments before it: in this order, so that a crash between the two
 * leaves at most a segment too many. At most once in STORE_GAP_MS; a crash before then hands the blocks acknowledged
 * meanwhile out again, which their ids make harmless.
 */
export class CursorKeeper {
  readonly #folder: string;
  readonly #reader: BlockReader;
  readonly #log: Log;
  #stored: Cursor;
  #timer: NodeJS.Timeout | null = null;
  #storing: Promise<void> = Promise.resolve();

  constructor(folder: string, reader: BlockReader, log: Log) {
    this.#folder = folder;
    this.#reader = reader;
    this.#log = log;
    this.#stored = reader.cursor;
  }

  storeSoon(): void {
    if (this.#timer !== null || isSame(this.#reader.cursor, this.#stored)) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#storing = this.#storing.then(() => this.#store());
    }, STORE_GAP_MS);
    this.#timer.unref();
  }

  /** Stores what is left to store. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#storing;
    await this.#store();
  }

  async #store(): Promise<void> {
    const { cursor } = this.#reader;
    if (isSame(cursor, this.#stored)) return;
    try {
      await storeCursor(this.#folder, cursor);
      this.#stored = cursor;
      await this.#removeBefore(cursor);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      this.#log.error({ code }, 'spool.cursor_failed');
      // Only their room lets a full disk take the cursor, and a segment that is missing counts as done.
      if (code === 'ENOSPC') await this.#removeBefore(cursor).catch(() => undefined);
      this.#retryLater();
    }
  }

  async #removeBefore(cursor: Cursor): Promise<void> {
    for (const number of await this.#reader.takeFinished(cursor)) await removeSegment(this.#folder, number);
  }

  #retryLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.storeSoon();
    }, STORE_GAP_MS).unref();
  }
}

const STORE_GAP_MS = 500;

function isSame(a: Cursor, b: Cursor): boolean {
  return a.segment === b.segment && a.offset === b.offset && a.index === b.index;
}

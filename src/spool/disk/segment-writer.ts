import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { SEGMENT_HEADER_BYTES, toSegmentHeader } from './block-format.ts';
import { toSegmentPath } from './segment-files.ts';

/** What the writer does to files, so that a test can stand in for a failing disk. */
export interface SegmentIo {
  open(path: string): number;
  /** May write less than it was given. */
  write(fd: number, bytes: Buffer): number;
  sync(fd: number): void;
  truncate(fd: number, length: number): void;
  close(fd: number): void;
  unlink(path: string): void;
  syncFolder(folder: string): void;
}

export interface SegmentWriterOptions {
  readonly folder: string;
  /** The number of the first segment it makes; later ones count up. */
  readonly nextNumber: number;
  readonly blocksBefore: number;
  readonly segmentBytesMax: number;
  readonly segmentAgeMsMax: number;
}

/** Told of each segment that no block follows in, whether it ended in order or was given up. */
export type OnSealed = (segment: number) => void;

/**
 * Appends to segment files, one open at a time, made when the first block comes. Everything is synchronous: it lives
 * in a thread of its own. After a failure a segment ends at its last good block, or is abandoned where that cannot be
 * made sure; fsync is never tried twice on one file, since the second try would lie about what the first one lost.
 */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  readonly #io: SegmentIo;
  readonly #onSealed: OnSealed;
  #nextNumber: number;
  #blocksBefore: number;
  #open: OpenSegment | null = null;

  constructor(options: SegmentWriterOptions, io: SegmentIo = nodeIo, onSealed: OnSealed = () => undefined) {
    this.#options = options;
    this.#io = io;
    this.#onSealed = onSealed;
    this.#nextNumber = options.nextNumber;
    this.#blocksBefore = options.blocksBefore;
  }

  /** The segment that the next append goes to, made when there is none. Throws what the disk says. */
  prepare(now: number): { readonly number: number; readonly blocks: number } {
    if (this.#open !== null && this.isDue(now)) this.seal();
    this.#open ??= this.#create(now);
    return this.#open;
  }

  /** Writes whole blocks; answers the segment's good end. Throws when they are not written, the segment then as before. */
  append(bytes: Buffer, blocks: number, isSynced: boolean): number {
    const segment = this.#open;
    if (segment === null) throw new Error('append before prepare');
    try {
      this.#writeAll(segment.fd, bytes);
    } catch (error) {
      this.#cutBack(segment);
      throw error;
    }
    if (isSynced) this.#syncOrCutBack(segment);
    else segment.isDirty = true;
    segment.end += bytes.length;
    segment.blocks += blocks;
    this.#blocksBefore += blocks;
    return segment.end;
  }

  /** Syncs what was appended unsynced. Throws once; the segment is then abandoned with what it holds. */
  sync(): void {
    const segment = this.#open;
    if (segment === null || !segment.isDirty) return;
    try {
      this.#io.sync(segment.fd);
      segment.isDirty = false;
    } catch (error) {
      this.#abandon(segment);
      throw error;
    }
  }

  /** True when the open segment is full or old enough to end, so that acknowledged hits do not stay in it. */
  isDue(now: number): boolean {
    const segment = this.#open;
    if (segment === null || segment.blocks === 0) return false;
    const { segmentBytesMax, segmentAgeMsMax } = this.#options;
    return segment.end >= segmentBytesMax || Math.abs(now - segment.createdAt) >= segmentAgeMsMax;
  }

  /** Ends the open segment, where one is open. */
  seal(): void {
    const segment = this.#open;
    if (segment === null) return;
    this.sync();
    this.#end(segment);
  }

  /**
   * Ends the open segment once it holds a block. On a full disk it must: only a segment that takes no more can be
   * removed when its blocks are done, and that may be the only room there will ever be.
   */
  sealUsed(): void {
    if (this.#open !== null && this.#open.blocks > 0) this.seal();
  }

  #create(now: number): OpenSegment {
    const { folder } = this.#options;
    const number = this.#nextNumber++;
    const path = toSegmentPath(folder, number);
    const fd = this.#io.open(path);
    try {
      this.#writeAll(fd, toSegmentHeader(randomBytes(12), this.#blocksBefore));
      this.#io.syncFolder(folder);
    } catch (error) {
      this.#io.close(fd);
      this.#io.unlink(path);
      throw error;
    }
    return { number, fd, end: SEGMENT_HEADER_BYTES, blocks: 0, createdAt: now, isDirty: false };
  }

  /** A full disk writes a part and says nothing; the next call says ENOSPC. */
  #writeAll(fd: number, bytes: Buffer): void {
    for (let written = 0; written < bytes.length; ) {
      const count = this.#io.write(fd, bytes.subarray(written));
      if (count <= 0) throw new Error('the disk took no bytes');
      written += count;
    }
  }

  #syncOrCutBack(segment: OpenSegment): void {
    try {
      this.#io.sync(segment.fd);
    } catch (error) {
      this.#cutBack(segment);
      this.#abandon(segment);
      throw error;
    }
  }

  #cutBack(segment: OpenSegment): void {
    try {
      this.#io.truncate(segment.fd, segment.end);
    } catch {
      this.#abandon(segment);
    }
  }

  #abandon(segment: OpenSegment): void {
    if (this.#open !== segment) return;
    try {
      this.#end(segment);
    } catch {
      // Its last error was already told; the descriptor is gone either way.
    }
  }

  #end(segment: OpenSegment): void {
    this.#open = null;
    this.#onSealed(segment.number);
    this.#io.close(segment.fd);
  }
}

interface OpenSegment {
  readonly number: number;
  readonly fd: number;
  readonly createdAt: number;
  end: number;
  blocks: number;
  isDirty: boolean;
}

const nodeIo: SegmentIo = {
  open: (path) => openSync(path, 'ax', 0o600),
  write: (fd, bytes) => writeSync(fd, bytes),
  sync: (fd) => fdatasyncSync(fd),
  truncate: (fd, length) => ftruncateSync(fd, length),
  close: (fd) => closeSync(fd),
  unlink: (path) => unlinkSync(path),
  syncFolder(folder) {
    if (process.platform === 'win32') return;
    const fd = openSync(folder, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
};

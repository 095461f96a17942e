import { SEGMENT_HEADER_BYTES } from './block-format.ts';
import type { Cursor } from './cursor-file.ts';
import type { Segment } from './segment-files.ts';

/** A stretch of a segment that the reader has passed: a block handed out, or (`id` null) bytes that are corrupt. */
export interface PassedStretch {
  readonly id: string | null;
  readonly from: Cursor;
  readonly after: Cursor;
  readonly writtenAt: number | null;
}

/**
 * Counts what is not acknowledged and keeps the cursor: the place behind which everything is. Acknowledgements may
 * come in any order; the cursor moves only over an unbroken run of them. Corrupt stretches need none.
 */
export class PendingBlocks {
  #cursor: Cursor;
  #stretches: (PassedStretch & { isDone: boolean })[] = [];
  #bytes = 0;
  #blocks = 0;
  #oldestAt: number | null = null;

  constructor(segments: readonly Segment[], start: Cursor) {
    this.#cursor = start;
    for (const segment of segments) {
      this.#bytes += Math.max(0, segment.end - SEGMENT_HEADER_BYTES);
      this.#blocks += segment.blocks;
    }
    this.#bytes -= start.offset - SEGMENT_HEADER_BYTES;
    this.#blocks -= start.index;
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get blocks(): number {
    return this.#blocks;
  }

  /** When the first block was written that is not acknowledged, or earlier; null when there is none or none was read. */
  get oldestAt(): number | null {
    return this.#bytes > 0 ? (this.#stretches[0]?.writtenAt ?? this.#oldestAt) : null;
  }

  noteWritten(commit: { readonly bytes: number; readonly blocks: number; readonly writtenAt: number }): void {
    if (this.#bytes === 0) this.#oldestAt = commit.writtenAt;
    this.#bytes += commit.bytes;
    this.#blocks += commit.blocks;
  }

  notePassed(stretch: PassedStretch): void {
    this.#stretches.push({ ...stretch, isDone: stretch.id === null });
    this.#oldestAt ??= stretch.writtenAt;
  }

  acknowledge(blockIds: readonly string[]): void {
    const ids = new Set(blockIds);
    for (const stretch of this.#stretches) {
      if (ids.size === 0) return;
      if (stretch.id !== null && ids.delete(stretch.id)) stretch.isDone = true;
    }
  }

  /** What was handed out is forgotten; the reader passes it again from the cursor. */
  rewind(): void {
    this.#stretches = [];
  }

  /** Moves the cursor over all that is done, and out of segments that are done and take no more. */
  advance(segments: readonly Segment[]): void {
    let done = 0;
    for (const { isDone, from, after, writtenAt } of this.#stretches) {
      if (!isDone) break;
      done += 1;
      this.#cursor = after;
      this.#bytes -= after.offset - from.offset;
      this.#blocks -= after.index - from.index;
      this.#oldestAt = writtenAt ?? this.#oldestAt;
    }
    this.#stretches.splice(0, done);
    for (const { number, end, isSealed } of segments) {
      if (number === this.#cursor.segment && this.#cursor.offset >= end && isSealed) this.#cursor = toFirst(number + 1);
    }
  }
}

/** The start of a segment. */
export function toFirst(segment: number): Cursor {
  return { segment, offset: SEGMENT_HEADER_BYTES, index: 0 };
}

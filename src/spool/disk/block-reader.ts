import { type FileHandle, open } from 'node:fs/promises';
import type { SpoolBlock } from '../../domain/hit.ts';
import type { Log } from '../../kit/log.ts';
import { decodeRecords } from '../record-codec.ts';
import {
  BLOCK_HEADER_BYTES,
  BLOCK_PAYLOAD_BYTES_MAX,
  type BlockHeader,
  findBlock,
  parseBlockHeader,
  parseSegmentHeader,
  SEGMENT_HEADER_BYTES,
  toBlockId,
  toPayload,
} from './block-format.ts';
import type { Cursor } from './cursor-file.ts';
import { PendingBlocks, toFirst } from './pending-blocks.ts';
import { recoverHeader } from './recover-header.ts';
import { type Segment, toSegmentPath } from './segment-files.ts';

/**
 * Reads blocks in order from the segments that the writer has reported, keeps what was handed out until it is
 * acknowledged, and knows how far everything is acknowledged. Bytes beyond a segment's reported end are never looked
 * at. A corrupt stretch is passed over, counted, and needs no acknowledgement.
 */
export class BlockReader {
  readonly #folder: string;
  readonly #log: Log;
  readonly #segments: Segment[];
  readonly #pending: PendingBlocks;
  #position: Cursor;
  #file: { readonly number: number; readonly handle: FileHandle; readonly id: string } | null = null;
  #corruptBlocks = 0;
  /** Segments whose header is damaged and was counted; their blocks are read all the same. */
  readonly #damaged = new Set<number>();
  /** Up to where corruption was counted: a rewind passes the same stretch again. */
  #counted = { segment: 0, offset: 0 };

  constructor(folder: string, segments: Segment[], start: Cursor | null, log: Log) {
    this.#folder = folder;
    this.#log = log;
    this.#segments = segments;
    this.#position = toStart(segments, start);
    this.#pending = new PendingBlocks(segments, this.#position);
  }

  /** Bytes written and not acknowledged. */
  get bytes(): number {
    return this.#pending.bytes;
  }

  get cursor(): Cursor {
    return this.#pending.cursor;
  }

  figures(): { bytes: number; blocks: number; corruptBlocks: number; oldestAt: number | null } {
    const { bytes, blocks, oldestAt } = this.#pending;
    return { bytes, blocks, corruptBlocks: this.#corruptBlocks, oldestAt };
  }

  /** The writer has made a segment longer. */
  extend(commit: { segment: number; end: number; blocks: number; bytes: number; writtenAt: number }): void {
    this.#pending.noteWritten(commit);
    const last = this.#segments.at(-1);
    if (last?.number === commit.segment) {
      last.end = commit.end;
      last.blocks += commit.blocks;
      return;
    }
    if (last) last.isSealed = true;
    const { segment: number, end, blocks } = commit;
    this.#segments.push({ number, id: null, end, blocks, isSealed: false });
  }

  seal(number: number): void {
    const last = this.#segments.at(-1);
    if (last?.number === number) last.isSealed = true;
    this.#advance();
  }

  sealAll(): void {
    for (const segment of this.#segments) segment.isSealed = true;
    this.#advance();
  }

  /** The next blocks that were not handed out, at most `blocksMax`; empty when all were. */
  async read(blocksMax: number): Promise<SpoolBlock[]> {
    const blocks: SpoolBlock[] = [];
    while (blocks.length < blocksMax) {
      const segment = this.#toReadable();
      if (segment === null) break;
      await this.#readFrom(segment, blocks, blocksMax);
    }
    this.#advance();
    return blocks;
  }

  acknowledge(blockIds: readonly string[]): void {
    this.#pending.acknowledge(blockIds);
    this.#advance();
  }

  rewind(): void {
    this.#position = this.#pending.cursor;
    this.#pending.rewind();
  }

  /**
   * Numbers of segments that nothing refers to any more, once the cursor is stored; they are forgotten here. None is
   * open any more either: a file that is removed while it is open keeps its room.
   */
  async takeFinished(stored: Cursor): Promise<number[]> {
    const finished = this.#segments.filter(({ number }) => number < stored.segment).map(({ number }) => number);
    this.#segments.splice(0, finished.length);
    if (this.#file !== null && finished.includes(this.#file.number)) await this.#closeFile();
    return finished;
  }

  async close(): Promise<void> {
    await this.#closeFile();
  }

  /** The segment at the reading position, moved past those that are read to their end. */
  #toReadable(): Segment | null {
    for (const segment of this.#segments) {
      if (segment.number < this.#position.segment) continue;
      if (segment.number > this.#position.segment) this.#position = toFirst(segment.number);
      if (this.#position.offset < segment.end) return segment;
      if (!segment.isSealed) return null;
    }
    return null;
  }

  async #readFrom(segment: Segment, blocks: SpoolBlock[], blocksMax: number): Promise<void> {
    const { offset } = this.#position;
    const file = await this.#openFile(segment);
    if (file === null) {
      this.#passOver(segment, segment.end, segment.blocks);
      return;
    }
    const wanted = Math.min(CHUNK_BYTES, (blocksMax - blocks.length) * BLOCK_BYTES_MAX);
    const bytes = Buffer.allocUnsafeSlow(Math.min(wanted, segment.end - offset));
    const { bytesRead } = await file.handle.read(bytes, 0, bytes.length, offset);
    const chunk = bytes.subarray(0, bytesRead);
    const isWhole = offset + chunk.length >= segment.end || bytesRead < bytes.length;
    let at = 0;
    while (blocks.length < blocksMax && at < chunk.length) {
      const header = parseBlockHeader(chunk, at);
      if (header === null || !isInside(chunk, at, header)) {
        if (at > 0 && !isWhole) return;
        this.#resynchronise(segment, chunk.subarray(at), isWhole);
        return;
      }
      this.#take(segment, file.id, { chunk, at, header }, blocks);
      at += BLOCK_HEADER_BYTES + header.payloadBytes;
    }
    if (chunk.length === 0) this.#resynchronise(segment, chunk, true);
  }

  /** Hands out the block at `at`, or passes it over when its checksum does not hold. */
  #take(segment: Segment, segmentId: string, found: FoundBlock, blocks: SpoolBlock[]): void {
    const { chunk, at, header } = found;
    const payload = toPayload(chunk, at, header);
    const end = this.#position.offset + BLOCK_HEADER_BYTES + header.payloadBytes;
    if (payload === null) {
      this.#passOver(segment, end, header.index + 1);
      return;
    }
    const id = toBlockId(segmentId, header.index);
    this.#push(segment, { id, end, index: header.index + 1, writtenAt: header.writtenAt });
    blocks.push({ id, ...decodeRecords(payload), writtenAt: header.writtenAt });
  }

  /** No sound header where one should be: goes on at the next sound one, else at the segment's end. */
  #resynchronise(segment: Segment, rest: Buffer, isWhole: boolean): void {
    const at = findBlock(rest, 1);
    const header = at === -1 ? null : parseBlockHeader(rest, at);
    if (header !== null) this.#passOver(segment, this.#position.offset + at, header.index);
    else if (isWhole) this.#passOver(segment, segment.end, segment.blocks);
    // A header may lie across the chunk's end, so the last bytes are looked at again.
    else this.#passOver(segment, this.#position.offset + rest.length - BLOCK_HEADER_BYTES, this.#position.index);
  }

  #passOver(segment: Segment, end: number, index: number): void {
    const { offset } = this.#position;
    const isCounted =
      segment.number < this.#counted.segment ||
      (segment.number === this.#counted.segment && end <= this.#counted.offset);
    if (!isCounted) {
      // A stretch that goes on where the last one ended is the same one.
      const isContinued = segment.number === this.#counted.segment && offset === this.#counted.offset;
      if (!isContinued) this.#corruptBlocks += 1;
      this.#counted = { segment: segment.number, offset: end };
      this.#log.error({ segment: segment.number, offset, bytes: end - offset }, 'spool.block_corrupt');
    }
    this.#push(segment, { id: null, end, index: Math.max(index, this.#position.index), writtenAt: null });
  }

  #push(segment: Segment, next: { id: string | null; end: number; index: number; writtenAt: number | null }): void {
    const after = { segment: segment.number, offset: next.end, index: next.index };
    this.#pending.notePassed({ id: next.id, from: this.#position, after, writtenAt: next.writtenAt });
    this.#position = after;
  }

  #advance(): void {
    this.#pending.advance(this.#segments);
    if (this.#position.segment < this.#pending.cursor.segment) this.#position = this.#pending.cursor;
  }

  /** A segment of this process, or its disk, may have been damaged since it was found. Null when nothing can be read. */
  async #recoverId(segment: Segment, handle: FileHandle): Promise<string | null> {
    const bytes = Buffer.alloc(segment.end);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    const header = recoverHeader(bytes.subarray(0, bytesRead), segment.number);
    if (header === null || this.#damaged.has(segment.number)) return header?.id ?? null;
    this.#damaged.add(segment.number);
    this.#corruptBlocks += 1;
    this.#log.error({ segment: segment.number }, 'spool.header_corrupt');
    return header.id;
  }

  /** Null when the file is gone or nothing in it can be read. */
  async #openFile(segment: Segment): Promise<{ handle: FileHandle; id: string } | null> {
    if (this.#file?.number === segment.number) return this.#file;
    await this.#closeFile();
    const handle = await open(toSegmentPath(this.#folder, segment.number), 'r').catch((error) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (handle === null) return null;
    try {
      const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
      const header = parseSegmentHeader(bytes.subarray(0, bytesRead));
      const id = header?.id ?? (await this.#recoverId(segment, handle));
      if (id !== null) this.#file = { number: segment.number, handle, id };
    } finally {
      if (this.#file === null) await handle.close();
    }
    return this.#file;
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.handle.close();
  }
}

interface FoundBlock {
  readonly chunk: Buffer;
  readonly at: number;
  readonly header: BlockHeader;
}

const BLOCK_BYTES_MAX = BLOCK_HEADER_BYTES + BLOCK_PAYLOAD_BYTES_MAX;
/** Several times the largest block, so that a block is never longer than what is read at once. */
const CHUNK_BYTES = 1024 * 1024;

function isInside(chunk: Buffer, at: number, header: BlockHeader): boolean {
  return at + BLOCK_HEADER_BYTES + header.payloadBytes <= chunk.length;
}

/** A cursor into a segment that is gone counts as the start of the next one; one beyond an end as that end. */
function toStart(segments: readonly Segment[], stored: Cursor | null): Cursor {
  const first = segments[0];
  if (first === undefined) return stored === null ? toFirst(1) : toFirst(stored.segment);
  if (stored === null || stored.segment !== first.number) return toFirst(first.number);
  const offset = Math.min(Math.max(stored.offset, SEGMENT_HEADER_BYTES), first.end);
  return { segment: first.number, offset, index: Math.min(stored.index, first.blocks) };
}

import { open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../kit/log.ts';
import {
  BLOCK_HEADER_BYTES,
  findBlock,
  parseBlockHeader,
  parseSegmentHeader,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
  toPayload,
} from './block-format.ts';
import { recoverHeader } from './recover-header.ts';

/** One segment file as its readers see it. */
export interface Segment {
  readonly number: number;
  /** Null when nothing in it can be read: the segment is passed over and counted as one corrupt block. */
  readonly id: string | null;
  /** The end of its last whole block, in bytes. */
  end: number;
  /** Blocks up to `end`, those that turn out corrupt included. */
  blocks: number;
  /** True when no block will follow. */
  isSealed: boolean;
}

export interface Recovered {
  readonly segments: Segment[];
  /** The number that the next segment may take at least. */
  readonly nextNumber: number;
  readonly blocksBefore: number;
}

/**
 * The segments of a folder in order, read after whatever ended the last process. What a crash left half-written at
 * the end of the last one is cut off: it was never reported as written. Segments before `keepFrom` are removed.
 * Throws SpoolVersionError on segments of another format.
 */
export async function recoverSegments(folder: string, keepFrom: number, log: Log): Promise<Recovered> {
  const numbers = await readSegmentNumbers(folder);
  const segments: FoundSegment[] = [];
  for (const number of numbers.toReversed()) {
    const follower = segments[0];
    if (number < keepFrom) await removeSegment(folder, number);
    else if (follower === undefined) {
      const last = await recoverLast(folder, number, log);
      if (last !== null) segments.unshift(last);
    } else segments.unshift(await readSegment(folder, number, follower));
  }
  const last = segments.at(-1);
  return {
    segments: segments.map(({ blocksBefore: _, ...segment }) => segment),
    // Beyond the cursor too: it must never point into a segment that was made after it was stored.
    nextNumber: Math.max(numbers.at(-1) ?? 0, keepFrom) + 1,
    blocksBefore: last === undefined ? 0 : (last.blocksBefore ?? 0) + last.blocks,
  };
}

export function toSegmentPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(10, '0')}.segment`);
}

/** A file that is gone already is as good as removed. */
export async function removeSegment(folder: string, number: number): Promise<void> {
  await unlink(toSegmentPath(folder, number)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

interface FoundSegment extends Segment {
  /** Null when it cannot be known: then the segment before it is counted by reading it. */
  readonly blocksBefore: number | null;
}

async function readSegmentNumbers(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .map((name) => Number(/^(\d{10})\.segment$/.exec(name)?.[1] ?? 0))
    .filter((number) => number > 0)
    .sort((a, b) => a - b);
}

/** Its follower's header says how many blocks it holds; only where one of the two cannot be read is it read whole. */
async function readSegment(folder: string, number: number, follower: FoundSegment): Promise<FoundSegment> {
  const path = toSegmentPath(folder, number);
  const { header, size } = await readHeader(path);
  const found = { number, end: size, isSealed: true };
  const after = follower.blocksBefore;
  if (header !== null && after !== null)
    return { ...found, ...header, blocks: Math.max(0, after - header.blocksBefore) };
  const bytes = await readFile(path);
  const recovered = header ?? recoverHeader(bytes, number);
  const blocks = recovered === null ? 1 : findGoodEnd(bytes).blocks;
  const before = after === null ? null : Math.max(0, after - blocks);
  return { ...found, id: recovered?.id ?? null, blocks, blocksBefore: recovered?.blocksBefore ?? before };
}

async function readHeader(path: string): Promise<{ header: SegmentHeader | null; size: number }> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return { header: parseSegmentHeader(bytes.subarray(0, bytesRead)), size: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

/**
 * Reads the whole file: only the last segment can be torn, and it is no larger than a segment may be. One without a
 * whole block is removed.
 */
async function recoverLast(folder: string, number: number, log: Log): Promise<FoundSegment | null> {
  const path = toSegmentPath(folder, number);
  const bytes = await readFile(path);
  const { end, blocks } = findGoodEnd(bytes);
  if (bytes.length > Math.max(end, SEGMENT_HEADER_BYTES)) {
    log.warn({ segment: number, bytes: bytes.length - end }, 'spool.tail_cut');
  }
  if (blocks === 0) {
    await unlink(path);
    return null;
  }
  if (end < bytes.length) await cutFile(path, end);
  const header = parseSegmentHeader(bytes) ?? recoverHeader(bytes, number);
  return { number, id: header?.id ?? null, end, blocks, isSealed: true, blocksBefore: header?.blocksBefore ?? null };
}

async function cutFile(path: string, end: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(end);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** The end of the last sound block and the blocks up to it: one that is corrupt between sound ones is no torn tail. */
function findGoodEnd(bytes: Buffer): { end: number; blocks: number } {
  let end = 0;
  let blocks = 0;
  let at = findBlock(bytes, SEGMENT_HEADER_BYTES);
  while (at !== -1) {
    const header = parseBlockHeader(bytes, at);
    const next = header === null ? at + 1 : at + BLOCK_HEADER_BYTES + header.payloadBytes;
    const isSound = header !== null && toPayload(bytes, at, header) !== null;
    if (isSound) {
      end = next;
      blocks = header.index + 1;
    }
    at = findBlock(bytes, Math.min(isSound ? next : at + 1, bytes.length));
  }
  return { end, blocks };
}

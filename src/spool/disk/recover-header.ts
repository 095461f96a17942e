import { createHash } from 'node:crypto';
import { BLOCK_HEADER_BYTES, findBlock, parseSegmentHeader, SEGMENT_HEADER_BYTES } from './block-format.ts';

/** What stands in for a segment header that is damaged, so that the blocks behind it are not lost with it. */
export interface RecoveredHeader {
  readonly id: string;
  /** Null when it cannot be known. */
  readonly blocksBefore: number | null;
}

/**
 * One wrong bit is found by trying: the checksum tells the header as it was written. Where more is wrong the id is made
 * of the segment's number and its first sound block, so that every reading gives its blocks the same ids; a block that
 * had been stored under its old id, and was not yet acknowledged, then counts twice. Null when no sound block follows.
 * Throws SpoolVersionError.
 */
export function recoverHeader(segment: Buffer, number: number): RecoveredHeader | null {
  return toMended(segment.subarray(0, SEGMENT_HEADER_BYTES)) ?? toSubstitute(segment, number);
}

function toMended(damaged: Buffer): RecoveredHeader | null {
  const bytes = Buffer.from(damaged);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const at = bit >> 3;
    const mask = 1 << (bit & 7);
    bytes[at] = (bytes[at] ?? 0) ^ mask;
    const header = parseSegmentHeader(bytes);
    if (header !== null) return header;
    bytes[at] = (bytes[at] ?? 0) ^ mask;
  }
  return null;
}

function toSubstitute(segment: Buffer, number: number): RecoveredHeader | null {
  const at = findBlock(segment, SEGMENT_HEADER_BYTES);
  if (at === -1) return null;
  const first = segment.subarray(at, at + BLOCK_HEADER_BYTES);
  const id = createHash('sha256').update(`segment ${number}`).update(first).digest('hex').slice(0, ID_DIGITS);
  return { id, blocksBefore: null };
}

const ID_DIGITS = 24;

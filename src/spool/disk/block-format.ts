import { crc32 } from 'node:zlib';

// The bytes of a segment file: one header, then blocks. A block is one header and the records of one group commit.
// Both headers carry a checksum of their own, so that a reader may trust a length before it follows it. Layout and
// reasons: docs/decisions/0003-spool-format.md.

export interface SegmentHeader {
  /** 24 hex digits, random: the first part of its blocks' ids. */
  readonly id: string;
  /** Blocks that this spool had written before this segment, since its folder began. */
  readonly blocksBefore: number;
}

export interface BlockHeader {
  /** Position in the segment, from 0: the last part of the block's id. */
  readonly index: number;
  readonly payloadBytes: number;
  readonly records: number;
  readonly payloadCrc: number;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
}

export const SEGMENT_HEADER_BYTES = 40;
export const BLOCK_HEADER_BYTES = 32;
export const FORMAT_VERSION = 1;
/** One group commit larger than this becomes several blocks, so that a batch of blocks stays a sane transaction. */
export const BLOCK_PAYLOAD_BYTES_MAX = 128 * 1024;
export const BLOCK_RECORDS_MAX = 512;

const SEGMENT_MAGIC = 'MTSPOOL\n';
const BLOCK_MAGIC = 0x4b4c4231;
const SEGMENT_CRC_AT = 36;
const BLOCK_CRC_AT = 28;

export function toSegmentHeader(id: Buffer, blocksBefore: number): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  bytes.write(SEGMENT_MAGIC, 0, 'latin1');
  bytes.writeUInt32LE(FORMAT_VERSION, 8);
  id.copy(bytes, 12, 0, 12);
  bytes.writeDoubleLE(blocksBefore, 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, SEGMENT_CRC_AT)), SEGMENT_CRC_AT);
  return bytes;
}

/** Null when it is no segment header. Throws when it is one of another format version: that must not be skipped. */
export function parseSegmentHeader(bytes: Buffer): SegmentHeader | null {
  if (bytes.length < SEGMENT_HEADER_BYTES || bytes.toString('latin1', 0, 8) !== SEGMENT_MAGIC) return null;
  if (crc32(bytes.subarray(0, SEGMENT_CRC_AT)) !== bytes.readUInt32LE(SEGMENT_CRC_AT)) return null;
  const version = bytes.readUInt32LE(8);
  if (version !== FORMAT_VERSION) throw new SpoolVersionError(version);
  return { id: bytes.toString('hex', 12, 24), blocksBefore: bytes.readDoubleLE(24) };
}

export class SpoolVersionError extends Error {
  constructor(version: number) {
    super(
      `The spool holds hits in format version ${version}, this MailTracker reads ${FORMAT_VERSION}. Start the version that wrote them once more, wait until they are stored, then change over.`,
    );
  }
}

/** Writes the header at `offset`; the payload must already stand behind it. */
export function writeBlockHeader(target: Buffer, offset: number, block: Omit<BlockHeader, 'payloadCrc'>): void {
  const payload = target.subarray(offset + BLOCK_HEADER_BYTES, offset + BLOCK_HEADER_BYTES + block.payloadBytes);
  target.writeUInt32LE(BLOCK_MAGIC, offset);
  target.writeUInt32LE(block.index, offset + 4);
  target.writeUInt32LE(block.payloadBytes, offset + 8);
  target.writeUInt32LE(block.records, offset + 12);
  target.writeUInt32LE(crc32(payload), offset + 16);
  target.writeDoubleLE(block.writtenAt, offset + 20);
  target.writeUInt32LE(crc32(target.subarray(offset, offset + BLOCK_CRC_AT)), offset + BLOCK_CRC_AT);
}

/** Null when no sound block header stands at `offset`. */
export function parseBlockHeader(bytes: Buffer, offset: number): BlockHeader | null {
  if (offset + BLOCK_HEADER_BYTES > bytes.length || bytes.readUInt32LE(offset) !== BLOCK_MAGIC) return null;
  const crc = bytes.readUInt32LE(offset + BLOCK_CRC_AT);
  if (crc32(bytes.subarray(offset, offset + BLOCK_CRC_AT)) !== crc) return null;
  const payloadBytes = bytes.readUInt32LE(offset + 8);
  if (payloadBytes > BLOCK_PAYLOAD_BYTES_MAX) return null;
  return {
    index: bytes.readUInt32LE(offset + 4),
    payloadBytes,
    records: bytes.readUInt32LE(offset + 12),
    payloadCrc: bytes.readUInt32LE(offset + 16),
    writtenAt: bytes.readDoubleLE(offset + 20),
  };
}

/** The payload of the block at `offset`, or null when it is cut off or its checksum does not hold. */
export function toPayload(bytes: Buffer, offset: number, header: BlockHeader): Buffer | null {
  const start = offset + BLOCK_HEADER_BYTES;
  const end = start + header.payloadBytes;
  if (end > bytes.length) return null;
  const payload = bytes.subarray(start, end);
  return crc32(payload) === header.payloadCrc ? payload : null;
}

/** Where the next sound block header stands, at or after `from`; -1 when there is none. */
export function findBlock(bytes: Buffer, from: number): number {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(BLOCK_MAGIC);
  let at = bytes.indexOf(magic, from);
  while (at !== -1 && parseBlockHeader(bytes, at) === null) at = bytes.indexOf(magic, at + 1);
  return at;
}

/** 32 hex digits: the segment's 24 and the block's 8. */
export function toBlockId(segmentId: string, index: number): string {
  return segmentId + index.toString(16).padStart(8, '0');
}

import { crc32 } from 'node:zlib';
import type { SpoolBlock } from '../../domain/hit.ts';
import { decodeRecords, encodeRecord, RECORD_BYTES_MAX } from '../record-codec.ts';

// A stream entry is a block: its id, when it was written, how many of its records were malformed, and its records in
// the spool's own encoding behind their checksum. The same records as in docs/decisions/0003-spool-format.md.

export interface StreamEntry {
  readonly entryId: string;
  readonly block: SpoolBlock;
  /** What the stream counts for it. */
  readonly bytes: number;
}

const CRC_BYTES = 4;

export function encodeBlock(block: SpoolBlock): Buffer {
  const target = Buffer.allocUnsafe(CRC_BYTES + block.records.length * RECORD_BYTES_MAX);
  let end = CRC_BYTES;
  for (const record of block.records) end = encodeRecord(record, target, end);
  target.writeUInt32LE(crc32(target.subarray(CRC_BYTES, end)), 0);
  return Buffer.from(target.subarray(0, end));
}

/** Null for what is no entry: one that was deleted comes without fields. A payload that does not hold is malformed. */
export function parseEntry(raw: unknown): StreamEntry | null {
  if (!Array.isArray(raw) || !Array.isArray(raw[1])) return null;
  const [entryId, fields] = raw as [Buffer, Buffer[]];
  const [, id, , writtenAt, , malformed, , payload] = fields;
  if (id === undefined || writtenAt === undefined || malformed === undefined || payload === undefined) return null;
  const block = {
    ...toBlock(id.toString('latin1'), Number(malformed.toString('latin1')), payload),
    writtenAt: Number(writtenAt.toString('latin1')),
  };
  return { entryId: entryId.toString('latin1'), block, bytes: payload.length };
}

function toBlock(id: string, malformedBefore: number, payload: Buffer): SpoolBlock {
  const body = payload.subarray(CRC_BYTES);
  if (payload.length < CRC_BYTES || payload.readUInt32LE(0) !== crc32(body)) {
    return { id, records: [], malformed: malformedBefore + 1 };
  }
  const { records, malformed } = decodeRecords(body);
  return { id, records, malformed: malformed + malformedBefore };
}

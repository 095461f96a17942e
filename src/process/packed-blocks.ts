import type { SpoolBlock } from '../domain/hit.ts';
import { decodeRecords, encodeRecord, RECORD_BYTES_MAX } from '../spool/record-codec.ts';

/** Blocks on their way to another thread: one run of bytes, which is handed over and not copied. */
export interface PackedBlocks {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly blocks: readonly PackedBlock[];
}

interface PackedBlock {
  readonly id: string;
  readonly malformed: number;
  readonly writtenAt?: number;
  /** Where its records end in `bytes`; they begin where those of the block before end. */
  readonly end: number;
}

let scratch = Buffer.allocUnsafe(256 * RECORD_BYTES_MAX);

/** In the spool's own encoding: copying records as objects from thread to thread takes many times as long. */
export function packBlocks(blocks: readonly SpoolBlock[]): PackedBlocks {
  let offset = 0;
  const packed = blocks.map(({ id, records, malformed, writtenAt }): PackedBlock => {
    for (const record of records) {
      if (offset + RECORD_BYTES_MAX > scratch.length) scratch = Buffer.concat([scratch], 2 * scratch.length);
      offset = encodeRecord(record, scratch, offset);
    }
    return { id, malformed, end: offset, ...(writtenAt === undefined ? {} : { writtenAt }) };
  });
  return { bytes: new Uint8Array(scratch.subarray(0, offset)), blocks: packed };
}

export function unpackBlocks({ bytes, blocks }: PackedBlocks): readonly SpoolBlock[] {
  let offset = 0;
  return blocks.map(({ end, malformed, ...block }) => {
    const { records, malformed: broken } = decodeRecords(Buffer.from(bytes.buffer, offset, end - offset));
    offset = end;
    return { ...block, records, malformed: malformed + broken };
  });
}

import { closeSync, ftruncateSync, openSync, readdirSync, truncateSync, unlinkSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { silentLog } from '../../kit/log.ts';
import { encodeRecord, RECORD_BYTES_MAX } from '../record-codec.ts';
import { toHit } from '../spool.conformance.ts';
import { BLOCK_HEADER_BYTES, writeBlockHeader } from './block-format.ts';
import { BlockReader } from './block-reader.ts';
import { recoverSegments } from './segment-files.ts';
import { type SegmentIo, SegmentWriter } from './segment-writer.ts';

// A disk that forgets, at a power cut, any part of what was written and not synced: kill -9 cannot show that.

class PowerCut extends Error {}

interface Disk {
  readonly io: SegmentIo;
  /** What a power cut leaves: `luck` (0 to 1) of each unsynced tail, as it was or as zeros. */
  forget(luck: number, isZeroed: boolean): void;
}

/** Works for `operationsMax` operations; the next one is the power cut, and it happens half-way. */
function createDisk(operationsMax: number): Disk {
  const files = new Map<number, { path: string; written: number; synced: number; isLinked: boolean }>();
  let operations = 0;
  const step = (): boolean => {
    operations += 1;
    return operations > operationsMax;
  };
  const stepOrDie = (): void => {
    if (step()) throw new PowerCut();
  };
  const find = (fd: number) => {
    const file = files.get(fd);
    if (file === undefined) throw new Error('not open');
    return file;
  };
  const io: SegmentIo = {
    open(path) {
      stepOrDie();
      const fd = openSync(path, 'ax');
      files.set(fd, { path, written: 0, synced: 0, isLinked: false });
      return fd;
    },
    write(fd, bytes) {
      const file = find(fd);
      const isDead = operations > operationsMax;
      const isCut = step();
      if (isDead) throw new PowerCut();
      // Half of it at a time, so that every write has a point in its midst.
      const count = writeSync(fd, bytes.subarray(0, Math.ceil(bytes.length / 2)));
      file.written += count;
      if (isCut) throw new PowerCut();
      return count;
    },
    sync(fd) {
      const file = find(fd);
      stepOrDie();
      file.synced = file.written;
    },
    truncate(fd, length) {
      stepOrDie();
      ftruncateSync(fd, length);
      find(fd).written = length;
    },
    close: () => undefined,
    unlink(path) {
      stepOrDie();
      unlinkSync(path);
    },
    syncFolder() {
      stepOrDie();
      for (const file of files.values()) file.isLinked = true;
    },
  };
  return {
    io,
    forget(luck, isZeroed) {
      for (const [fd, { path, written, synced, isLinked }] of files) {
        closeSync(fd);
        // A name in a folder that was not synced is gone with all that the file held.
        if (!isLinked && luck < 0.5) {
          unlinkSync(path);
          continue;
        }
        const kept = synced + Math.floor((written - synced) * luck);
        truncateSync(path, kept);
        // Some file systems keep the length and forget the content.
        if (isZeroed) truncateSync(path, written);
      }
    },
  };
}

function toBlock(index: number, number: number): Buffer {
  const bytes = Buffer.alloc(BLOCK_HEADER_BYTES + RECORD_BYTES_MAX);
  const end = encodeRecord(toHit(number), bytes, BLOCK_HEADER_BYTES);
  writeBlockHeader(bytes, 0, { index, payloadBytes: end - BLOCK_HEADER_BYTES, records: 1, writtenAt: 1 });
  return bytes.subarray(0, end);
}

interface Plan {
  readonly operationsMax: number;
  readonly luck: number;
  readonly isZeroed: boolean;
  readonly segmentBytesMax: number;
}

const BLOCKS = 12;
/** As many as they take at most. */
const OPERATIONS = 160;

test('a power cut at any point loses nothing that was settled, keeps the order, and makes nothing up', async () => {
  let cuts = 0;
  // Each point of the work once with nothing unsynced left, then by chance.
  const everyPoint = Array.from({ length: OPERATIONS }, (_, at): [Plan] => [
    { operationsMax: at + 1, luck: 0, isZeroed: false, segmentBytesMax: 1_000 },
  ]);
  const plan = fc.record({
    operationsMax: fc.integer({ min: 1, max: OPERATIONS }),
    luck: fc.double({ min: 0, max: 1, noNaN: true }),
    isZeroed: fc.boolean(),
    segmentBytesMax: fc.constantFrom(300, 1_000, 10_000),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ operationsMax, luck, isZeroed, segmentBytesMax }) => {
      const folder = await mkdtemp(join(tmpdir(), 'mailtracker-power-'));
      try {
        const disk = createDisk(operationsMax);
        const options = { folder, nextNumber: 1, blocksBefore: 0, segmentBytesMax, segmentAgeMsMax: 60_000 };
        const writer = new SegmentWriter(options, disk.io);
        const settled: number[] = [];
        let begun = 0;
        try {
          for (; begun < BLOCKS; begun += 1) {
            const { blocks } = writer.prepare(0);
            writer.append(toBlock(blocks, begun), 1, true);
            settled.push(toHit(begun).hitAt);
          }
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
          cuts += 1;
        }
        disk.forget(luck, isZeroed);
        const read = await readAfterCut(folder);
        expect(read.slice(0, settled.length)).toEqual(settled);
        // The one under way may have come through whole; there is nothing beyond it.
        expect(read.slice(settled.length)).toEqual(read.length > settled.length ? [toHit(begun).hitAt] : []);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: everyPoint.length + 150, examples: everyPoint },
  );
  expect(cuts).toBeGreaterThan(100);
});

async function readAfterCut(folder: string): Promise<number[]> {
  const { segments } = await recoverSegments(folder, 0, silentLog);
  const reader = new BlockReader(folder, segments, null, silentLog);
  try {
    const blocks = await reader.read(1_000);
    expect(readdirSync(folder).length).toBeGreaterThanOrEqual(segments.length);
    return blocks.flatMap(({ records }) => records.map(({ hitAt }) => hitAt));
  } finally {
    await reader.close();
  }
}

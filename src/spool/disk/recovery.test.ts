import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SpoolBlock } from '../../domain/hit.ts';
import { systemClock } from '../../kit/clock.ts';
import { silentLog } from '../../kit/log.ts';
import { appendAll, readAll, toHit, toThrottled } from '../spool.conformance.ts';
import { BLOCK_HEADER_BYTES, SEGMENT_HEADER_BYTES } from './block-format.ts';
import { BlockReader } from './block-reader.ts';
import { readCursor, storeCursor } from './cursor-file.ts';
import { openDiskSpool } from './disk-spool.ts';
import { recoverSegments, toSegmentPath } from './segment-files.ts';

// What a crash, a failing disk or a person with an editor leaves in the folder, read again. Each case works on a copy
// of one folder that a real spool wrote: three blocks in the first segment, four in the second.

let root = '';
let written: SpoolBlock[] = [];
let copies = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mailtracker-recovery-'));
  for (const blocks of [
    [1, 2, 3],
    [4, 5, 6, 7],
  ]) {
    const spool = await open(join(root, 'written'));
    for (const number of blocks) await appendAll(spool, [toHit(number), toHit(number * 10), toThrottled(number)]);
    if (blocks[0] === 4) written = await readAll(spool);
    await spool.close();
  }
});

afterAll(() => rm(root, { recursive: true, force: true }));

const open = (folder: string) =>
  openDiskSpool({ folder, sync: 'durable', bytesMax: 2 ** 30, log: silentLog, clock: systemClock });

async function copyFolder(): Promise<string> {
  const folder = join(root, `copy-${copies++}`);
  await mkdir(folder);
  for (const name of await readdir(join(root, 'written')))
    await copyFile(join(root, 'written', name), join(folder, name));
  return folder;
}

/** What a restart finds, as the disk spool itself reads it, without the writing thread. */
async function recover(
  folder: string,
): Promise<{ blocks: SpoolBlock[]; corruptBlocks: number; left: { blocks: number; bytes: number } }> {
  const stored = await readCursor(folder);
  const { segments } = await recoverSegments(folder, stored?.segment ?? 0, silentLog);
  const reader = new BlockReader(folder, segments, stored, silentLog);
  const before = reader.figures();
  const blocks: SpoolBlock[] = [];
  for (let more = await reader.read(2); more.length > 0; more = await reader.read(2)) blocks.push(...more);
  reader.acknowledge(blocks.map((block) => block.id));
  const { corruptBlocks, blocks: blocksLeft, bytes } = reader.figures();
  expect(before.blocks).toBeGreaterThanOrEqual(blocks.length);
  await reader.close();
  return { blocks, corruptBlocks, left: { blocks: blocksLeft, bytes } };
}

async function readSegment(folder: string, number: number): Promise<Buffer> {
  return readFile(toSegmentPath(folder, number));
}

async function toSegmentNumbers(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => (name.endsWith('.segment') ? [Number.parseInt(name, 10)] : []));
}

const NOTHING_LEFT = { blocks: 0, bytes: 0 };

test('an untouched folder is read whole', async () => {
  expect(written).toHaveLength(7);
  expect(await recover(await copyFolder())).toEqual({ blocks: written, corruptBlocks: 0, left: NOTHING_LEFT });
});

test('a last block torn at any byte is cut off, and all before it is read', async () => {
  const folder = await copyFolder();
  const last = Math.max(...(await toSegmentNumbers(folder)));
  const bytes = await readSegment(folder, last);
  const lastBlockBytes = toBlockOffsets(bytes).at(-1) ?? 0;
  expect(bytes.length - lastBlockBytes).toBeGreaterThan(300);
  for (let length = lastBlockBytes; length < bytes.length; length += 1) {
    await writeFile(toSegmentPath(folder, last), bytes.subarray(0, length));
    expect(await recover(folder), `cut to ${length}`).toEqual({
      blocks: written.slice(0, 6),
      corruptBlocks: 0,
      left: NOTHING_LEFT,
    });
    expect((await readSegment(folder, last)).length).toBe(lastBlockBytes);
  }
});

test('a last segment torn anywhere before its first block ends is as if it had never been begun', async () => {
  const folder = await copyFolder();
  const last = Math.max(...(await toSegmentNumbers(folder)));
  const bytes = await readSegment(folder, last);
  for (const length of [
    0,
    1,
    SEGMENT_HEADER_BYTES - 1,
    SEGMENT_HEADER_BYTES,
    SEGMENT_HEADER_BYTES + BLOCK_HEADER_BYTES,
  ]) {
    await writeFile(toSegmentPath(folder, last), bytes.subarray(0, length));
    expect(await recover(folder)).toEqual({ blocks: written.slice(0, 3), corruptBlocks: 0, left: NOTHING_LEFT });
    expect(await toSegmentNumbers(folder)).not.toContain(last);
  }
});

test('a tail of zeros, as a file system leaves after a power cut, is cut off', async () => {
  const folder = await copyFolder();
  const last = Math.max(...(await toSegmentNumbers(folder)));
  await truncate(toSegmentPath(folder, last), (await readSegment(folder, last)).length + 5_000);
  expect(await recover(folder)).toEqual({ blocks: written, corruptBlocks: 0, left: NOTHING_LEFT });
});

test('any one flipped bit costs at most its own block, is counted, and never changes a record', async () => {
  const folder = await copyFolder();
  const [first = 0, last = 0] = (await toSegmentNumbers(folder)).sort((a, b) => a - b);
  const originals = new Map([
    [first, await readSegment(folder, first)],
    [last, await readSegment(folder, last)],
  ]);
  const texts = new Set(written.map(toText));
  const bit = fc.record({
    segment: fc.constantFrom(first, last),
    at: fc.nat(),
    mask: fc.constantFrom(1, 2, 4, 8, 16, 32, 64, 128),
  });
  const property = fc.asyncProperty(bit, async ({ segment, at, mask }) => {
    const original = originals.get(segment) ?? Buffer.alloc(0);
    const offset = SEGMENT_HEADER_BYTES + (at % (original.length - SEGMENT_HEADER_BYTES));
    const flipped = Buffer.from(original);
    flipped[offset] = (flipped[offset] ?? 0) ^ mask;
    await writeFile(toSegmentPath(folder, segment), flipped);
    const { blocks, corruptBlocks, left } = await recover(folder);
    expect(blocks).toHaveLength(6);
    for (const block of blocks) expect(texts.has(toText(block))).toBe(true);
    // In the last block of the last segment it cannot be told from a torn tail, which is no corruption.
    const isTail = segment === last && offset >= (toBlockOffsets(original).at(-1) ?? 0);
    expect(corruptBlocks).toBe(isTail ? 0 : 1);
    expect(left).toEqual(NOTHING_LEFT);
    await writeFile(toSegmentPath(folder, segment), original);
  });
  await fc.assert(property, { numRuns: 300 });
});

test('any one flipped bit in a header loses nothing: every block is read under its own id', async () => {
  const folder = await copyFolder();
  for (const number of await toSegmentNumbers(folder)) {
    const original = await readSegment(folder, number);
    for (let bit = 0; bit < SEGMENT_HEADER_BYTES * 8; bit += 7) {
      const bytes = Buffer.from(original);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await writeFile(toSegmentPath(folder, number), bytes);
      expect(await recover(folder)).toEqual({ blocks: written, corruptBlocks: 1, left: NOTHING_LEFT });
    }
    await writeFile(toSegmentPath(folder, number), original);
  }
});

test('a header damaged beyond repair loses no hit: its blocks come under other ids, the same at every reading', async () => {
  const folder = await copyFolder();
  const [first = 0, last = 0] = (await toSegmentNumbers(folder)).sort((a, b) => a - b);
  const toHitsAt = (blocks: readonly SpoolBlock[]) => blocks.map(({ records }) => records.map(({ hitAt }) => hitAt));
  for (const [damaged, isWhole] of [
    [[first], true],
    [[last], true],
    [[first, last], true],
    [[first, last], false],
  ] as const) {
    const copy = await copyFolder();
    for (const number of damaged) {
      const bytes = await readSegment(copy, number);
      bytes.fill(isWhole ? 0 : 0xa5, isWhole ? 0 : 12, isWhole ? SEGMENT_HEADER_BYTES : 20);
      await writeFile(toSegmentPath(copy, number), bytes);
    }
    const [one, again] = [await recover(copy), await recover(copy)];
    expect(toHitsAt(one.blocks)).toEqual(toHitsAt(written));
    expect(one).toMatchObject({ corruptBlocks: damaged.length, left: NOTHING_LEFT });
    expect(again).toEqual(one);
    expect(new Set(one.blocks.map(({ id }) => id)).size).toBe(written.length);
  }
});

test('a segment in which nothing can be read is passed over and counted, the others are read', async () => {
  const folder = await copyFolder();
  const first = Math.min(...(await toSegmentNumbers(folder)));
  const bytes = await readSegment(folder, first);
  await writeFile(toSegmentPath(folder, first), bytes.fill(0));
  expect(await recover(folder)).toEqual({ blocks: written.slice(3), corruptBlocks: 1, left: NOTHING_LEFT });
});

test('random bytes between two blocks are passed over, whatever their length', async () => {
  const folder = await copyFolder();
  const first = Math.min(...(await toSegmentNumbers(folder)));
  const bytes = await readSegment(folder, first);
  const [, second = 0] = toBlockOffsets(bytes);
  for (const length of [1, 31, 32, 33, 5_000, 3_000_000]) {
    const junk = Buffer.alloc(length, 0x31);
    await writeFile(
      toSegmentPath(folder, first),
      Buffer.concat([bytes.subarray(0, second), junk, bytes.subarray(second)]),
    );
    expect(await recover(folder), `${length} bytes`).toEqual({ blocks: written, corruptBlocks: 1, left: NOTHING_LEFT });
  }
});

test('a rewind counts a corrupt block once', async () => {
  const folder = await copyFolder();
  const last = Math.max(...(await toSegmentNumbers(folder)));
  const bytes = await readSegment(folder, last);
  const [, second = 0] = toBlockOffsets(bytes);
  bytes[second + 100] = (bytes[second + 100] ?? 0) ^ 1;
  await writeFile(toSegmentPath(folder, last), bytes);
  const spool = await open(folder);
  for (let round = 0; round < 3; round += 1) {
    expect(await readAll(spool)).toEqual([...written.slice(0, 4), ...written.slice(5)]);
    await spool.rewind();
  }
  expect(spool.figures()).toMatchObject({ corruptBlocks: 1, blocks: 7 });
  await spool.close();
});

test('without its cursor everything that is left comes again, with the same ids', async () => {
  const folder = await copyFolder();
  const spool = await open(folder);
  await spool.acknowledge((await spool.read(2, 0)).map((block) => block.id));
  await spool.close();
  expect((await recover(folder)).blocks).toEqual(written.slice(2));
  await writeFile(join(folder, 'cursor'), '1 99 zz');
  expect((await recover(folder)).blocks).toEqual(written);
});

test('a segment that is gone although the cursor points into it counts as done, and its number is not taken again', async () => {
  const folder = await copyFolder();
  const [first = 0, last = 0] = (await toSegmentNumbers(folder)).sort((a, b) => a - b);
  await storeCursor(folder, { segment: first, offset: 500, index: 1 });
  await rm(toSegmentPath(folder, first));
  expect((await recover(folder)).blocks).toEqual(written.slice(3));
  await storeCursor(folder, { segment: last, offset: 500, index: 1 });
  await rm(toSegmentPath(folder, last));
  const spool = await open(folder);
  await appendAll(spool, [toHit(1)]);
  expect(await readAll(spool)).toHaveLength(1);
  await spool.close();
  expect(await toSegmentNumbers(folder)).toEqual([last + 1]);
});

test('segments before the cursor that a crash left behind are removed', async () => {
  const folder = await copyFolder();
  const [first = 0, last = 0] = (await toSegmentNumbers(folder)).sort((a, b) => a - b);
  await storeCursor(folder, { segment: last, offset: SEGMENT_HEADER_BYTES, index: 0 });
  expect((await recover(folder)).blocks).toEqual(written.slice(3));
  expect(await toSegmentNumbers(folder)).not.toContain(first);
});

test('a folder of another format version refuses to open and says what to do', async () => {
  const folder = await copyFolder();
  const first = Math.min(...(await toSegmentNumbers(folder)));
  const { crc32 } = await import('node:zlib');
  const bytes = await readSegment(folder, first);
  bytes.writeUInt32LE(2, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 36)), 36);
  await writeFile(toSegmentPath(folder, first), bytes);
  await expect(open(folder)).rejects.toThrow(
    /format version 2, this MailTracker reads 1\. Start the version that wrote/,
  );
  expect((await readdir(folder)).filter((name) => name.startsWith('lock'))).toEqual([]);
});

function toText(block: SpoolBlock): string {
  return JSON.stringify(block);
}

/** Where the blocks of an undamaged segment begin. */
function toBlockOffsets(bytes: Buffer): number[] {
  const offsets: number[] = [];
  for (let at = SEGMENT_HEADER_BYTES; at < bytes.length; at += BLOCK_HEADER_BYTES + bytes.readUInt32LE(at + 8))
    offsets.push(at);
  return offsets;
}

import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SEGMENT_HEADER_BYTES } from './block-format.ts';
import { toSegmentPath } from './segment-files.ts';
import { type SegmentIo, SegmentWriter } from './segment-writer.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtracker-writer-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A real disk but for what a test takes from it. */
function createIo(failures: Partial<SegmentIo>): SegmentIo {
  return {
    open: (path) => openSync(path, 'ax'),
    write: (fd, bytes) => writeSync(fd, bytes),
    sync: (fd) => fdatasyncSync(fd),
    truncate: (fd, length) => ftruncateSync(fd, length),
    close: (fd) => closeSync(fd),
    unlink: (path) => unlinkSync(path),
    syncFolder: () => undefined,
    ...failures,
  };
}

function createWriter(failures: Partial<SegmentIo> = {}, onSealed?: (segment: number) => void): SegmentWriter {
  const options = { folder, nextNumber: 1, blocksBefore: 0, segmentBytesMax: 1_000, segmentAgeMsMax: 1_000 };
  return new SegmentWriter(options, createIo(failures), onSealed);
}

/** Prepares and appends one block of `text`, as a commit does. */
function append(writer: SegmentWriter, text: string, now = 0): number {
  const { number } = writer.prepare(now);
  writer.append(Buffer.from(text), 1, true);
  return number;
}

const readBody = (number: number) => readFileSync(toSegmentPath(folder, number), 'latin1').slice(SEGMENT_HEADER_BYTES);

test('a disk that takes a part at a time gets the whole', () => {
  const writer = createWriter({ write: (fd, bytes) => writeSync(fd, bytes.subarray(0, 3)) });
  expect(append(writer, 'abcdefgh')).toBe(1);
  writer.seal();
  expect(readBody(1)).toBe('abcdefgh');
});

test('a write that fails half-way leaves the segment as it was, and the next one goes on in it', () => {
  let room = Number.POSITIVE_INFINITY;
  const write = (fd: number, bytes: Buffer): number => {
    if (room === 0) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const count = writeSync(fd, bytes.subarray(0, room));
    room -= count;
    return count;
  };
  const writer = createWriter({ write });
  append(writer, 'first');
  room = 4;
  expect(() => append(writer, 'second')).toThrow('no space');
  expect(readBody(1)).toBe('first');
  room = Number.POSITIVE_INFINITY;
  expect(append(writer, 'third')).toBe(1);
  expect(readBody(1)).toBe('firstthird');
  writer.seal();
});

test('a segment that can neither be written nor cut back is left, and a new one is begun', () => {
  let isBroken = false;
  const fail = (): never => {
    throw new Error('EIO');
  };
  const write = (fd: number, bytes: Buffer) => (isBroken ? fail() : writeSync(fd, bytes));
  const writer = createWriter({ write, truncate: fail });
  append(writer, 'first');
  isBroken = true;
  expect(() => append(writer, 'second')).toThrow('EIO');
  isBroken = false;
  expect(append(writer, 'third')).toBe(2);
  expect([readBody(1), readBody(2)]).toEqual(['first', 'third']);
  writer.seal();
});

test('a sync that fails is never tried again on that segment, and its block is cut off', () => {
  const synced: number[] = [];
  let isFailing = false;
  const writer = createWriter({
    sync: (fd) => {
      synced.push(fd);
      if (isFailing) throw new Error('EIO');
    },
  });
  append(writer, 'first');
  isFailing = true;
  expect(() => append(writer, 'second')).toThrow('EIO');
  isFailing = false;
  expect(append(writer, 'third')).toBe(2);
  expect([readBody(1), readBody(2)]).toEqual(['first', 'third']);
  expect(synced).toHaveLength(3);
  writer.seal();
});

test('a later sync that fails is told once and leaves what was written readable', () => {
  let isFailing = true;
  const writer = createWriter({
    sync: () => {
      if (isFailing) throw new Error('EIO');
    },
  });
  writer.prepare(0);
  writer.append(Buffer.from('first'), 1, false);
  expect(() => writer.sync()).toThrow('EIO');
  expect(() => writer.sync()).not.toThrow();
  isFailing = false;
  expect(append(writer, 'second')).toBe(2);
  expect([readBody(1), readBody(2)]).toEqual(['first', 'second']);
  writer.seal();
});

test('a segment whose header cannot be written leaves no file', () => {
  let isFull = true;
  const write = (fd: number, bytes: Buffer): number => (isFull ? 0 : writeSync(fd, bytes));
  const writer = createWriter({ write });
  expect(() => append(writer, 'first')).toThrow('took no bytes');
  expect(readdirSync(folder)).toEqual([]);
  isFull = false;
  expect(append(writer, 'second')).toBe(2);
  writer.seal();
});

test('a segment ends at its size and at its age, never while it is empty', () => {
  const writer = createWriter();
  writer.prepare(0);
  expect(writer.isDue(5_000)).toBe(false);
  expect(append(writer, 'x'.repeat(1_200), 5_000)).toBe(1);
  expect(append(writer, 'y', 5_000)).toBe(2);
  expect(append(writer, 'z', 5_999)).toBe(2);
  expect(append(writer, 'z', 6_001)).toBe(3);
  // A clock set back by an hour must not keep a segment open for an hour.
  expect(append(writer, 'z', 6_001 - 3_600_000)).toBe(4);
  writer.seal();
});

test('each segment that takes no more is told of, also one given up: only then may it be removed to make room', () => {
  const sealed: number[] = [];
  let isFailing = false;
  const writer = createWriter(
    {
      sync: () => {
        if (isFailing) throw new Error('EIO');
      },
    },
    (segment) => sealed.push(segment),
  );
  append(writer, 'x'.repeat(1_200), 5_000);
  expect(sealed).toEqual([]);
  append(writer, 'y', 5_000);
  expect(sealed).toEqual([1]);
  isFailing = true;
  expect(() => append(writer, 'lost', 5_000)).toThrow('EIO');
  expect(sealed).toEqual([1, 2]);
  isFailing = false;
  writer.prepare(5_000);
  writer.sealUsed();
  expect(sealed).toEqual([1, 2]);
  append(writer, 'z', 5_000);
  writer.sealUsed();
  expect(sealed).toEqual([1, 2, 3]);
});

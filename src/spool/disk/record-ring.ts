import type { SpoolRecord } from '../../domain/hit.ts';
import { encodeRecord, LENGTH_BYTES, RECORD_BYTES_MAX } from '../record-codec.ts';

/**
 * The memory that main and the worker share: one side writes records, the other takes them. `control` holds HEAD and
 * TAIL as byte counters that wrap at 2^32; the bytes between them, modulo the ring's size, are records not yet taken.
 */
export interface SharedRing {
  readonly control: Int32Array;
  readonly bytes: Buffer;
}

/** What crosses to the worker. */
export interface RingMemory {
  readonly control: SharedArrayBuffer;
  readonly bytes: SharedArrayBuffer;
}

/** Eight megabytes hold about 40,000 records: what a disk that stalls for a second lets pile up at 40,000 hits/s. */
export const RING_BYTES = 8 * 1024 * 1024;

export function createRingMemory(bytes: number = RING_BYTES): RingMemory {
  return { control: new SharedArrayBuffer(20), bytes: new SharedArrayBuffer(bytes) };
}

export function toSharedRing(memory: RingMemory): SharedRing {
  return { control: new Int32Array(memory.control), bytes: Buffer.from(memory.bytes) };
}

/** Main's side: the worker sees on `publish` what was written before. */
export class RingWriter {
  readonly #ring: SharedRing;
  #head = 0;

  constructor(ring: SharedRing) {
    this.#ring = ring;
  }

  /** Bytes that the record takes, or 0 when the ring is full. */
  write(record: SpoolRecord): number {
    const { bytes, control } = this.#ring;
    const size = bytes.length;
    const at = this.#head % size;
    const padding = at + RECORD_BYTES_MAX > size ? size - at : 0;
    const used = (this.#head - Atomics.load(control, TAIL)) >>> 0;
    if (used + padding + RECORD_BYTES_MAX > size) return 0;
    if (padding >= LENGTH_BYTES) bytes.writeUInt16LE(PADDING, at);
    const start = padding > 0 ? 0 : at;
    const end = encodeRecord(record, bytes, start);
    this.#head = (this.#head + padding + end - start) >>> 0;
    return end - start;
  }

  /** Shows the worker what was written; true where it sleeps and has to be woken. */
  publish(): boolean {
    Atomics.store(this.#ring.control, HEAD, this.#head | 0);
    return Atomics.load(this.#ring.control, SLEEPING) === 1;
  }

  wake(): void {
    wake(this.#ring.control);
  }
}

/** The worker's side. */
export class RingReader {
  readonly #ring: SharedRing;
  #tail = 0;

  constructor(ring: SharedRing) {
    this.#ring = ring;
  }

  isEmpty(): boolean {
    return Atomics.load(this.#ring.control, HEAD) >>> 0 === this.#tail;
  }

  /** Sleeps until something is published, `isClosing`, or the time is over. */
  wait(timeoutMs: number): void {
    const { control } = this.#ring;
    const signal = Atomics.load(control, SIGNAL);
    // Before the last look: main publishes first and asks afterwards, so one of the two sees the other.
    Atomics.store(control, SLEEPING, 1);
    if (this.isEmpty() && !this.isClosing()) Atomics.wait(control, SIGNAL, signal, timeoutMs);
    Atomics.store(control, SLEEPING, 0);
  }

  isClosing(): boolean {
    return Atomics.load(this.#ring.control, CLOSING) === 1;
  }

  /** Copies whole records, at most `bytesMax` and `recordsMax`, to `target` at `offset`, and frees their place. */
  take(target: Buffer, offset: number, limits: { bytesMax: number; recordsMax: number }): TakenRecords {
    const { bytes, control } = this.#ring;
    const size = bytes.length;
    const head = Atomics.load(control, HEAD) >>> 0;
    let taken = 0;
    let records = 0;
    while (this.#tail !== head && records < limits.recordsMax) {
      const at = this.#tail % size;
      const length = size - at < LENGTH_BYTES ? PADDING : bytes.readUInt16LE(at);
      if (length === PADDING) {
        this.#tail = (this.#tail + size - at) >>> 0;
        continue;
      }
      const total = LENGTH_BYTES + length;
      if (taken + total > limits.bytesMax) break;
      bytes.copy(target, offset + taken, at, at + total);
      taken += total;
      records += 1;
      this.#tail = (this.#tail + total) >>> 0;
    }
    Atomics.store(control, TAIL, this.#tail | 0);
    return { bytes: taken, records };
  }
}

export interface TakenRecords {
  readonly bytes: number;
  readonly records: number;
}

/** Tells the worker to write what is published and to end. */
export function closeRing(ring: SharedRing): void {
  Atomics.store(ring.control, CLOSING, 1);
  wake(ring.control);
}

/** The worker sleeps on a counter of its own: what happens between its last look and its sleep still wakes it. */
function wake(control: Int32Array): void {
  Atomics.add(control, SIGNAL, 1);
  Atomics.notify(control, SIGNAL);
}

const HEAD = 0;
const TAIL = 1;
const CLOSING = 2;
const SIGNAL = 3;
const SLEEPING = 4;
/** No record is that long: the rest of the ring up to its end is empty. */
const PADDING = 0xffff;

import type { SpoolRecord } from '../../domain/hit.ts';
import { type DiskSpoolOptions, openDiskSpool } from '../disk/disk-spool.ts';
import type { Spool, SpoolFigures, SpoolPosition } from '../spool.ts';
import { type Forwarder, forwardBlocks } from './forward-blocks.ts';
import { openRedisStream, type RedisStream } from './redis-stream.ts';

// The spool of many machines. A collector's hits are safe on its own disk before they are answered, exactly as
// without Redis, and travel to the processors over one stream. What must never happen: an answer that waits for Redis,
// or a hit that only Redis knows before it may be relied upon. docs/decisions/0011-redis-spool.md.

export interface RedisSpoolOptions {
  readonly url: string;
  /** The collector's disk; null in a process that only processes: nothing may be appended there. */
  readonly disk: DiskSpoolOptions | null;
  readonly log: DiskSpoolOptions['log'];
  readonly clock: DiskSpoolOptions['clock'];
  readonly bytesMax: number;
  readonly streamName?: string;
  readonly leaseMs?: number;
  readonly holdMs?: number;
}

/** Opens also while Redis is away. */
export async function openRedisSpool(options: RedisSpoolOptions): Promise<Spool> {
  const { url, log, clock, holdMs, leaseMs } = options;
  const disk = options.disk === null ? null : await openDiskSpool(options.disk);
  const stream = await openRedisStream({
    url,
    log,
    clock,
    bytesMax: Math.min(options.bytesMax, STREAM_BYTES_MAX),
    ...(leaseMs === undefined ? {} : { leaseMs }),
    ...(options.streamName === undefined ? {} : { name: options.streamName }),
  });
  const collecting = disk && {
    disk,
    forwarder: forwardBlocks({ disk, stream, log, ...(holdMs === undefined ? {} : { holdMs }) }),
  };
  return new RedisSpool(options, stream, collecting);
}

/** Redis holds it in memory; what is more waits on the collectors' disks, up to SPOOL_BYTES_MAX each. */
const STREAM_BYTES_MAX = 256 * 1024 * 1024;
/** A process that collects and processes finds in the stream what it has just written, unless Redis is slow. */
const SETTLE_MS_MAX = 1_000;

class RedisSpool implements Spool {
  readonly #options: RedisSpoolOptions;
  readonly #stream: RedisStream;
  readonly #collecting: { readonly disk: Spool; readonly forwarder: Forwarder } | null;

  constructor(options: RedisSpoolOptions, stream: RedisStream, collecting: RedisSpool['collecting']) {
    this.#options = options;
    this.#stream = stream;
    this.#collecting = collecting;
  }

  get collecting() {
    return this.#collecting;
  }

  append(record: SpoolRecord): SpoolPosition | null {
    return this.#collecting?.disk.append(record) ?? null;
  }

  onSettled(listener: (position: SpoolPosition, isLost: boolean) => void): void {
    this.#collecting?.disk.onSettled(listener);
  }

  async read(blocksMax: number, waitMs: number) {
    if (waitMs <= 0 && this.#stream.isReady) await this.#collecting?.forwarder.settled(SETTLE_MS_MAX);
    return this.#stream.read(blocksMax, waitMs);
  }

  acknowledge(blockIds: readonly string[]): Promise<void> {
    return this.#stream.acknowledge(blockIds);
  }

  async rewind(): Promise<void> {
    this.#stream.rewind();
  }

  /** Of the stream and, in a collector, of what its disk has not forwarded. */
  figures(): SpoolFigures {
    const stream = this.#stream.figures();
    const disk = this.#collecting?.disk.figures();
    const held = this.#collecting?.forwarder.heldBlocks() ?? 0;
    const waiting = Math.max(0, (disk?.blocks ?? 0) - held);
    const waitingBytes = waiting === 0 ? 0 : (disk?.bytes ?? 0);
    const stalledMs = waiting === 0 ? 0 : (this.#collecting?.forwarder.stalledMs() ?? 0);
    return {
      bytes: stream.bytes + waitingBytes,
      bytesMax: this.#options.bytesMax,
      blocks: stream.blocks + waiting,
      lagMs: Math.max(stream.blocks === 0 ? 0 : stream.lagMs, stalledMs),
      refused: disk?.refused ?? 0,
      lost: disk?.lost ?? 0,
      failure: disk?.failure ?? stream.failure,
      corruptBlocks: disk?.corruptBlocks ?? 0,
    };
  }

  async close(): Promise<void> {
    await this.#collecting?.forwarder.stop();
    await this.#stream.close();
    await this.#collecting?.disk.close();
  }
}

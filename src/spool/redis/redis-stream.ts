import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { SpoolBlock } from '../../domain/hit.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import { connectRedis } from './connect-redis.ts';
import { encodeBlock, parseEntry, type StreamEntry } from './stream-entry.ts';

// One stream for all collectors and processors: an entry is a block, its id kept. Entries leave the stream when their
// effects are stored. A processor that dies leaves its entries pending; others claim them after the lease. The same
// block may stand in the stream twice (a collector that was not sure sends again); its id makes that harmless.

export interface RedisStreamOptions {
  readonly url: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Beyond so many bytes no entry is taken: blocks then wait on the collectors' disks. */
  readonly bytesMax: number;
  /** Stream, counter and group are named after it. */
  readonly name?: string;
  /** How long a processor may hold an entry before another one takes it too; a minute. */
  readonly leaseMs?: number;
}

export interface StreamFigures {
  readonly bytes: number;
  readonly blocks: number;
  readonly lagMs: number;
  /** Why Redis cannot be used at this time; null when it can. */
  readonly failure: string | null;
}

export async function openRedisStream(options: RedisStreamOptions): Promise<RedisStream> {
  const [writer, reader] = await Promise.all([
    connectRedis(options.url, 'spool', options.log),
    connectRedis(options.url, 'spool_reader', options.log),
  ]);
  return new RedisStream(options, writer, reader);
}

const GROUP = 'processors';
const LEASE_MS = 60_000;
const FIGURES_MS = 500;
const BLOCK_MS_MAX = 1_000;
/** Of a processor that ended: its entries may be claimed at once. */
const ABANDONED_MS = 86_400_000;

/** Appends blocks in order until the stream is full; answers how many. Each takes id, time, malformed, payload. */
const APPEND = `
local held = tonumber(redis.call('GET', KEYS[2]) or '0')
local taken = 0
for i = 2, #ARGV, 4 do
  if held >= tonumber(ARGV[1]) then return taken end
  redis.call('XADD', KEYS[1], '*', 'i', ARGV[i], 't', ARGV[i + 1], 'm', ARGV[i + 2], 'p', ARGV[i + 3])
  held = redis.call('INCRBY', KEYS[2], #ARGV[i + 3])
  taken = taken + 1
end
return taken`;

/** Acknowledges and removes; each takes the entry's id and its bytes. */
const ACKNOWLEDGE = `
for i = 2, #ARGV, 2 do
  redis.call('XACK', KEYS[1], ARGV[1], ARGV[i])
  if redis.call('XDEL', KEYS[1], ARGV[i]) == 1 then redis.call('DECRBY', KEYS[2], ARGV[i + 1]) end
end
return 1`;

const FIGURES = `
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
return { redis.call('GET', KEYS[2]) or '0', redis.call('XLEN', KEYS[1]), first and first[2][4] or '' }`;

export class RedisStream {
  readonly #options: RedisStreamOptions;
  readonly #writer: Redis;
  readonly #reader: Redis;
  readonly #keys: readonly [string, string];
  readonly #consumer = randomBytes(12).toString('hex');
  readonly #timer: NodeJS.Timeout;
  /** Handed out and not acknowledged, by block. */
  #handed = new Map<string, { readonly block: SpoolBlock; readonly entries: StreamEntry[] }>();
  #again: { readonly block: SpoolBlock; readonly entries: StreamEntry[] }[] = [];
  #claimedAt = Number.NEGATIVE_INFINITY;
  #figures = { bytes: 0, blocks: 0, oldestAt: null as number | null };
  #failure: string | null = 'not reached yet';
  #isClosed = false;

  constructor(options: RedisStreamOptions, writer: Redis, reader: Redis) {
    this.#options = options;
    this.#writer = writer;
    this.#reader = reader;
    const name = options.name ?? 'mailtracker';
    this.#keys = [`{${name}}:blocks`, `{${name}}:bytes`];
    this.#timer = setInterval(() => void this.#learn(), FIGURES_MS).unref();
    this.#writer.on('ready', () => void this.#learn());
    if (this.isReady) void this.#learn();
  }

  /** Called whenever Redis is there anew, the first time too: it may have forgotten what it took last. */
  onReady(listener: () => void): void {
    this.#writer.on('ready', listener);
  }

  get isReady(): boolean {
    return this.#writer.status === 'ready';
  }

  /** How many of the blocks, from the first, are in the stream now; fewer than given when it is full. */
  async append(blocks: readonly SpoolBlock[]): Promise<number> {
    const toTime = (block: SpoolBlock) => block.writtenAt ?? this.#options.clock.now();
    const words = blocks.flatMap((block) => [
      block.id,
      String(toTime(block)),
      String(block.malformed),
      encodeBlock(block),
    ]);
    const taken = Number(await this.#eval(APPEND, String(this.#options.bytesMax), ...words));
    const [first] = blocks;
    if (taken > 0 && first) this.#note(taken, toTime(first));
    return taken;
  }

  async read(blocksMax: number, waitMs: number): Promise<readonly SpoolBlock[]> {
    const waitUntil = performance.now() + waitMs;
    for (;;) {
      if (this.#isClosed) return [];
      const blocks = await this.#readOnce(blocksMax, waitUntil - performance.now());
      if (blocks.length > 0 || performance.now() >= waitUntil) return blocks;
    }
  }

  async acknowledge(blockIds: readonly string[]): Promise<void> {
    const words: string[] = [];
    for (const id of blockIds) {
      for (const { entryId, bytes } of this.#handed.get(id)?.entries ?? []) words.push(entryId, String(bytes));
    }
    if (words.length > 0) await this.#eval(ACKNOWLEDGE, GROUP, ...words);
    for (const id of blockIds) this.#handed.delete(id);
    await this.#learn();
  }

  rewind(): void {
    this.#again = [...this.#handed.values(), ...this.#again];
    this.#handed = new Map();
  }

  figures(): StreamFigures {
    const { bytes, blocks, oldestAt } = this.#figures;
    const lagMs = oldestAt === null ? 0 : Math.max(0, this.#options.clock.now() - oldestAt);
    return { bytes, blocks, lagMs, failure: this.#failure };
  }

  /** What was handed out and is not acknowledged may be taken by another processor at once. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    const entries = [...this.#handed.values(), ...this.#again].flatMap(({ entries }) => entries);
    const ids = entries.map(({ entryId }) => entryId);
    const [stream] = this.#keys;
    if (ids.length > 0) {
      const words = [stream, GROUP, this.#consumer, '0', ...ids, 'IDLE', String(ABANDONED_MS), 'JUSTID'];
      await this.#writer.call('XCLAIM', ...words).catch(() => undefined);
    } else await this.#writer.call('XGROUP', 'DELCONSUMER', stream, GROUP, this.#consumer).catch(() => undefined);
    this.#reader.disconnect();
    this.#writer.disconnect();
  }

  async #readOnce(blocksMax: number, leftMs: number): Promise<readonly SpoolBlock[]> {
    const again = this.#again.splice(0, blocksMax);
    for (const handed of again) this.#handed.set(handed.block.id, handed);
    if (again.length > 0) return again.map(({ block }) => block);
    if (this.#reader.status !== 'ready') {
      await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(leftMs, 0), AWAY_MS)));
      return [];
    }
    try {
      const claimed = await this.#claim(blocksMax);
      if (claimed.length > 0) return claimed;
      return await this.#readNew(blocksMax, leftMs);
    } catch (error) {
      if (this.#isClosed) return [];
      if (!(error instanceof Error) || !error.message.startsWith('NOGROUP')) throw error;
      await this.#makeGroup();
      return this.#readNew(blocksMax, leftMs);
    }
  }

  async #readNew(blocksMax: number, leftMs: number): Promise<readonly SpoolBlock[]> {
    const wait = leftMs > 0 ? ['BLOCK', String(Math.max(1, Math.min(Math.ceil(leftMs), BLOCK_MS_MAX)))] : [];
    const [stream] = this.#keys;
    const words = ['GROUP', GROUP, this.#consumer, 'COUNT', String(blocksMax), ...wait, 'STREAMS', stream, '>'];
    const answer = (await this.#reader.callBuffer('XREADGROUP', ...words)) as [Buffer, unknown[]][] | null;
    return this.#hand(answer?.[0]?.[1] ?? []);
  }

  /** What a processor that died, or hangs, has held for longer than the lease. */
  async #claim(blocksMax: number): Promise<readonly SpoolBlock[]> {
    const leaseMs = this.#options.leaseMs ?? LEASE_MS;
    const now = performance.now();
    if (now - this.#claimedAt < Math.min(leaseMs / 4, CLAIM_EVERY_MS)) return [];
    this.#claimedAt = now;
    const [stream] = this.#keys;
    const words = [stream, GROUP, this.#consumer, String(leaseMs), '0-0', 'COUNT', String(blocksMax)];
    const answer = (await this.#reader.callBuffer('XAUTOCLAIM', ...words)) as [Buffer, unknown[]];
    const blocks = this.#hand(answer[1]);
    if (blocks.length > 0) this.#options.log.warn({ blocks: blocks.length }, 'spool.claimed');
    return blocks;
  }

  /** A block that stands in the stream twice is handed out once; both entries go when it is acknowledged. */
  #hand(entries: readonly unknown[]): readonly SpoolBlock[] {
    const blocks: SpoolBlock[] = [];
    for (const raw of entries) {
      const entry = parseEntry(raw);
      if (entry === null) continue;
      const known = this.#handed.get(entry.block.id);
      if (known !== undefined) {
        if (!known.entries.some(({ entryId }) => entryId === entry.entryId)) known.entries.push(entry);
        continue;
      }
      this.#handed.set(entry.block.id, { block: entry.block, entries: [entry] });
      blocks.push(entry.block);
    }
    return blocks;
  }

  async #makeGroup(): Promise<void> {
    const [stream] = this.#keys;
    await this.#writer.call('XGROUP', 'CREATE', stream, GROUP, '0', 'MKSTREAM').catch((error: Error) => {
      if (!error.message.startsWith('BUSYGROUP')) throw error;
    });
  }

  /** Until it is learned anew: what was appended here waits there at least. */
  #note(blocks: number, writtenAt: number): void {
    const { oldestAt } = this.#figures;
    this.#figures = { ...this.#figures, blocks: this.#figures.blocks + blocks, oldestAt: oldestAt ?? writtenAt };
  }

  async #learn(): Promise<void> {
    try {
      const [bytes, blocks, oldest] = (await this.#eval(FIGURES)) as [Buffer | string, number, Buffer | string];
      const oldestAt = Number(String(oldest));
      this.#figures = { bytes: Number(String(bytes)), blocks, oldestAt: oldestAt > 0 ? oldestAt : null };
      this.#failure = null;
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
    }
  }

  #eval(script: string, ...words: readonly (string | Buffer)[]): Promise<unknown> {
    return this.#writer.call('EVAL', script, String(this.#keys.length), ...this.#keys, ...words);
  }
}

const CLAIM_EVERY_MS = 5_000;
/** Between looks whether Redis is back. */
const AWAY_MS = 50;

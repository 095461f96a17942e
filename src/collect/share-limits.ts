import type { Redis } from 'ioredis';
import { Counter } from 'prom-client';
import type { Log } from '../kit/log.ts';
import type { Metrics } from '../kit/metrics.ts';
import { connectRedis } from '../spool/redis/connect-redis.ts';
import { type CellChanges, WINDOW_MS, type WindowCounts } from './window-counts.ts';

// The limits of several collectors are one limit: every EXCHANGE_MS each adds what it let in to sums in Redis, and reads
// back the sums of the same cells. A GIF never waits for it. What a limit lets in too many: at most what the other
// collectors let in between two exchanges, so n collectors at most n times what one lets in within EXCHANGE_MS and a
// round trip. While Redis is away each counts for itself, and tells what it counted meanwhile when it is back. What
// must never happen: an address in Redis. There are cells, chosen by its hash under the day's key, and they expire.

export interface LimitSharing {
  stop(): Promise<void>;
}

export interface SharedLimits {
  readonly url: string;
  readonly counts: ReadonlyMap<string, WindowCounts>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Begins at once and waits for nothing. */
export function shareLimits({ url, counts, log, metrics }: SharedLimits): LimitSharing {
  const exchanges = new Counter({
    name: 'mailtracker_collect_limit_exchanges_total',
    help: 'Exchanges of the limits with the other collectors; while Redis is away each counts for itself.',
    labelNames: ['result'],
    registers: [metrics],
  });
  let timer: NodeJS.Timeout | null = null;
  let isStopped = false;
  const opening = connectRedis(url, 'limits', log);
  const run = async (redis: Redis): Promise<void> => {
    if (isStopped) return;
    if (redis.status === 'ready') {
      const result = await exchange(redis, counts).catch(() => 'failed');
      if (result !== null) exchanges.inc({ result });
    }
    if (!isStopped) timer = setTimeout(next, EXCHANGE_MS, redis);
  };
  const next = (redis: Redis): void => {
    running = run(redis);
  };
  let running = opening.then(run);
  return {
    async stop() {
      isStopped = true;
      if (timer !== null) clearTimeout(timer);
      const redis = await opening;
      redis.disconnect();
      await running;
    },
  };
}

export const EXCHANGE_MS = 200;
/** Of each kind of limit in one exchange: some 10,000 hits a second of as many pixels; what is more comes later. */
const CELLS_MAX = 4_096;
/** What a window's sums are needed for: itself and the one after it. */
const EXPIRE_MS = 2 * WINDOW_MS;
const PAIR_BYTES = 8;

/** Each kind's window has one string of 32-bit cells, so that it takes 1 MB whatever comes. */
const ADD_UP = `
local answers = {}
for i = 1, #KEYS / 2 do
  local window, before = KEYS[2 * i - 1], KEYS[2 * i]
  local changes, sums = ARGV[i + 1], {}
  for at = 1, #changes, 8 do
    local cell, added = struct.unpack('<I4I4', changes, at)
    local place = '#' .. string.format('%d', cell)
    local sum = redis.call('BITFIELD', window, 'OVERFLOW', 'SAT', 'INCRBY', 'u32', place, added)[1]
    local last = redis.call('BITFIELD', before, 'GET', 'u32', place)[1]
    sums[#sums + 1] = struct.pack('<I4I4', sum, last)
  end
  redis.call('PEXPIRE', window, ARGV[1])
  answers[i] = table.concat(sums)
end
return answers`;

/** Null when there was nothing to tell. Throws when Redis did not answer: what it was told may then be lost. */
async function exchange(redis: Redis, counts: SharedLimits['counts']): Promise<'done' | null> {
  const told = [...counts].flatMap(([name, own]) => own.takeChanges(CELLS_MAX).map((part) => ({ name, own, ...part })));
  if (told.length === 0) return null;
  const keys = told.flatMap(({ name, window }) => [toKey(name, window), toKey(name, window - 1)]);
  const words = [String(EXPIRE_MS), ...told.map(toBytes)];
  const answer = await redis.callBuffer('EVAL', ADD_UP, keys.length, ...keys, ...words);
  if (!Array.isArray(answer)) throw new Error('no sums');
  for (const [place, { own, window, changes }] of told.entries()) {
    const sums = answer[place];
    if (!Buffer.isBuffer(sums)) throw new Error('no sums');
    for (const [n, { cell }] of changes.entries()) {
      const at = n * PAIR_BYTES;
      own.learn(window, { cell, sum: sums.readUInt32LE(at), before: sums.readUInt32LE(at + 4) });
    }
  }
  return 'done';
}

function toKey(name: string, window: number): string {
  return `{mailtracker:limits}:${name}:${window}`;
}

function toBytes({ changes }: CellChanges): Buffer {
  const bytes = Buffer.alloc(changes.length * PAIR_BYTES);
  for (const [n, { cell, added }] of changes.entries()) {
    bytes.writeUInt32LE(cell, n * PAIR_BYTES);
    bytes.writeUInt32LE(added, n * PAIR_BYTES + 4);
  }
  return bytes;
}

import type { SpoolBlock } from '../../domain/hit.ts';
import type { Log } from '../../kit/log.ts';
import type { Spool, SpoolReader } from '../spool.ts';
import type { RedisStream } from './redis-stream.ts';

export interface ForwarderOptions {
  readonly disk: SpoolReader & Pick<Spool, 'figures'>;
  readonly stream: Pick<RedisStream, 'append' | 'isReady' | 'onReady'>;
  readonly log: Log;
  /** How long a forwarded block stays on the disk, to be sent again should Redis forget it; 5 s. */
  readonly holdMs?: number;
}

export interface Forwarder {
  /** Blocks that are in the stream and still on the disk. */
  heldBlocks(): number;
  /** Milliseconds since something was forwarded or nothing was left to forward. */
  stalledMs(): number;
  /** Resolves when all that stands on the disk is in the stream, at the latest after `waitMsMax`. */
  settled(waitMsMax: number): Promise<void>;
  /** Forwards what is left, as long as Redis takes it and DRAIN_MS_MAX allows. */
  stop(): Promise<void>;
}

/**
 * Moves blocks from the collector's disk into the stream, in order. A block leaves the disk only a while after Redis
 * took it: Redis may lose its last second with its power, or more with a failover, and whenever it is there anew
 * everything that is still on the disk is sent again. What was sent twice has one id and so one effect.
 */
export function forwardBlocks({ disk, stream, log, holdMs = HOLD_MS }: ForwarderOptions): Forwarder {
  let held: { readonly id: string; readonly at: number }[] = [];
  let isStopping = false;
  let mustResend = false;
  let stopBy = Number.POSITIVE_INFINITY;
  let idleAt = performance.now();
  let toldAt = Number.NEGATIVE_INFINITY;
  stream.onReady(() => {
    mustResend = true;
  });

  const release = async (): Promise<void> => {
    const until = performance.now() - holdMs;
    const free = held.filter(({ at }) => at <= until || isStopping);
    if (free.length === 0) return;
    held = held.slice(free.length);
    await disk.acknowledge(free.map(({ id }) => id));
  };

  const resend = async (): Promise<void> => {
    mustResend = false;
    if (held.length > 0) log.info({ blocks: held.length }, 'spool.sent_again');
    held = [];
    await disk.rewind();
  };

  /** True when all are in the stream; false when Redis came anew, so that reading begins again. */
  const forward = async (blocks: readonly SpoolBlock[]): Promise<boolean> => {
    let rest = blocks;
    while (rest.length > 0 && performance.now() < stopBy) {
      if (mustResend) return false;
      try {
        const taken = stream.isReady ? await stream.append(rest) : 0;
        const at = performance.now();
        for (const { id } of rest.slice(0, taken)) held.push({ id, at });
        if (taken > 0) idleAt = at;
        rest = rest.slice(taken);
      } catch (error) {
        if (performance.now() - toldAt > TELL_GAP_MS) log.warn({ error: String(error) }, 'spool.not_forwarded');
        toldAt = performance.now();
      }
      if (rest.length === 0) break;
      // What is in the stream for long may leave the disk also while the rest waits.
      await release();
      await pause(RETRY_MS);
    }
    return rest.length === 0;
  };

  const run = async (): Promise<void> => {
    while (performance.now() < stopBy) {
      if (mustResend) await resend();
      const blocks = await disk.read(BLOCKS_MAX, isStopping ? 0 : READ_WAIT_MS);
      if (blocks.length === 0) {
        idleAt = performance.now();
        if (isStopping) break;
      } else if (!(await forward(blocks))) await disk.rewind();
      await release();
    }
    await release();
  };
  const ended = run().catch((error: unknown) => log.error({ error: String(error) }, 'spool.forwarder_failed'));

  return {
    heldBlocks: () => held.length,
    stalledMs: () => performance.now() - idleAt,
    async settled(waitMsMax) {
      const giveUpAt = performance.now() + waitMsMax;
      while (disk.figures().blocks > held.length && performance.now() < giveUpAt && !isStopping) await pause(1);
    },
    async stop() {
      isStopping = true;
      stopBy = performance.now() + DRAIN_MS_MAX;
      await ended;
    },
  };
}

const HOLD_MS = 5_000;
const BLOCKS_MAX = 64;
const READ_WAIT_MS = 50;
const RETRY_MS = 50;
const DRAIN_MS_MAX = 5_000;
const TELL_GAP_MS = 10_000;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

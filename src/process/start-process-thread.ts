import type { Worker } from 'node:worker_threads';
import type { Clock } from '../kit/clock.ts';
import { endThread } from '../kit/end-thread.ts';
import type { Log } from '../kit/log.ts';
import { startThread } from '../kit/start-thread.ts';
import type { Spool } from '../spool/spool.ts';
import { packBlocks } from './packed-blocks.ts';
import type { ProcessMetrics } from './process-metrics.ts';
import type { MainMessage, ThreadData, ThreadMessage } from './thread-messages.ts';

export interface ProcessThreadOptions extends ThreadData {
  readonly spool: Pick<Spool, 'read' | 'acknowledge' | 'rewind'>;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: ProcessMetrics;
  /** Age in days of the list of Google's proxy pool. */
  readonly networksAgeDays: () => number | null;
}

export interface ProcessThread {
  /** Stores the batch under way and ends the thread. What waits stays in the spool. */
  stop(): Promise<void>;
}

/**
 * Processes in a thread of its own, so that a batch never holds up the loop that answers pixels
 * (docs/decisions/0017-processing-has-a-thread.md). A thread that ends unasked, such as out of memory, is started
 * again from the first block that is not acknowledged: what it had stored by then is skipped.
 */
export function startProcessThread(options: ProcessThreadOptions): ProcessThread {
  const { spool, log } = options;
  let isStopping = false;
  let restarting: NodeJS.Timeout | null = null;
  let thread = start();

  function start(): Worker {
    const { databaseUrl, logLevel, opensPerMinute } = options;
    const data: ThreadData = { databaseUrl, logLevel, opensPerMinute };
    const worker = startThread(ENTRY, data);
    let turn: Promise<void> = Promise.resolve();
    worker.on('message', (message: ThreadMessage) => {
      turn = turn.then(() => take(worker, message, options));
    });
    worker.on('error', (error: Error) => log.error({ error: error.message }, 'process.thread_failed'));
    worker.on('exit', () => {
      if (isStopping) return;
      restarting = setTimeout(() => {
        void turn
          .then(() => spool.rewind())
          .catch(() => undefined)
          .then(() => {
            if (!isStopping) thread = start();
          });
      }, RESTART_AFTER_MS);
    });
    return worker;
  }

  return {
    stop: async () => {
      isStopping = true;
      if (restarting !== null) clearTimeout(restarting);
      const isEnded = await endThread(thread, { kind: 'stop' } satisfies MainMessage, STOP_MS_MAX);
      if (!isEnded) log.warn({ waitedMs: STOP_MS_MAX }, 'process.thread_abandoned');
    },
  };
}

const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './process-thread.ts' : './process-thread.js', import.meta.url);
/** A thread that cannot live must not be started over and over at full speed. */
const RESTART_AFTER_MS = 500;
/** A little more than the processor in it gives a batch. */
const STOP_MS_MAX = 12_000;

/** Never throws: what the spool refuses is told to the thread, which waits and asks again. */
async function take(worker: Worker, message: ThreadMessage, options: ProcessThreadOptions): Promise<void> {
  const { spool, metrics, clock, networksAgeDays } = options;
  const answer = (reply: MainMessage, transfer: ArrayBuffer[] = []): void => worker.postMessage(reply, transfer);
  try {
    if (message.kind === 'stored') {
      for (const [step, seconds] of message.steps) metrics.step(step, seconds);
      return metrics.stored(message.outcome);
    }
    if (message.kind === 'failed') return metrics.failed(message.failure);
    if (message.kind === 'read') {
      const packed = packBlocks(await spool.read(message.blocksMax, message.waitMs));
      const reply = { kind: 'blocks', packed, now: clock.now(), networksAgeDays: networksAgeDays() } as const;
      return answer(reply, [packed.bytes.buffer]);
    }
    if (message.kind === 'acknowledge') await spool.acknowledge(message.blockIds);
    else await spool.rewind();
    answer({ kind: 'done' });
  } catch (error) {
    answer({ kind: 'refused', error: error instanceof Error ? error.message : String(error) });
  }
}

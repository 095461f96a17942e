import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { openDatabases } from '../db/open-databases.ts';
import type { Clock } from '../kit/clock.ts';
import { createLog } from '../kit/log.ts';
import { lowerPriority } from '../kit/lower-priority.ts';
import { unpackBlocks } from './packed-blocks.ts';
import { type ProcessorOptions, startProcessor } from './run-processor.ts';
import type { MainMessage, StepTime, ThreadData, ThreadMessage } from './thread-messages.ts';

// The thread that processes. It asks main for blocks of the spool, stores them over connections of its own, and tells
// main what came of them. What must never happen: work of a batch in the event loop that answers pixels.

/** A batch, a look-up beside it, and one to spare. */
const CONNECTIONS_MAX = 3;
/** Behind the threads that answer pixels and people, when there are more of them than cores. */
const NICER_BY = 10;

if (parentPort !== null) run(parentPort, workerData as ThreadData);

function run(port: MessagePort, { databaseUrl, logLevel, opensPerMinute }: ThreadData): void {
  lowerPriority(NICER_BY);
  const log = createLog(logLevel);
  const databases = openDatabases(databaseUrl, { log, poolMax: CONNECTIONS_MAX });
  const spool = createDistantSpool(port);
  let steps: StepTime[] = [];
  const tell = (message: ThreadMessage): void => port.postMessage(message);
  const processor = startProcessor({
    spool,
    databases,
    log,
    clock: spool.clock,
    networksAgeDays: spool.networksAgeDays,
    opensPerMinute,
    metrics: {
      step: (step, seconds) => void steps.push([step, seconds]),
      stored: (outcome) => {
        tell({ kind: 'stored', outcome, steps });
        steps = [];
      },
      failed: (failure) => tell({ kind: 'failed', failure }),
    },
  });
  const stop = async (): Promise<void> => {
    await processor.stop();
    await databases.close();
    port.close();
  };
  port.on('message', (message: MainMessage) => {
    if (message.kind === 'stop') void stop();
    else spool.take(message);
  });
}

type DistantSpool = ProcessorOptions['spool'] & {
  take(answer: MainMessage): void;
  networksAgeDays(): number | null;
  /** Main's, as of the last blocks. */
  readonly clock: Clock;
};

/** Main's spool, asked over the port. The processor wants one thing at a time, so answers need no numbers. */
function createDistantSpool(port: MessagePort): DistantSpool {
  const waiting: ((answer: MainMessage) => void)[] = [];
  let networksAgeDays: number | null = null;
  let told = { now: Date.now(), at: performance.now() };
  const ask = async (wish: ThreadMessage): Promise<MainMessage> => {
    const answer = await new Promise<MainMessage>((resolve) => {
      waiting.push(resolve);
      port.postMessage(wish);
    });
    if (answer.kind === 'refused') throw new Error(answer.error);
    return answer;
  };
  return {
    read: async (blocksMax, waitMs) => {
      const answer = await ask({ kind: 'read', blocksMax, waitMs });
      if (answer.kind !== 'blocks') return [];
      networksAgeDays = answer.networksAgeDays;
      told = { now: answer.now, at: performance.now() };
      return unpackBlocks(answer.packed);
    },
    acknowledge: async (blockIds) => void (await ask({ kind: 'acknowledge', blockIds })),
    rewind: async () => void (await ask({ kind: 'rewind' })),
    take: (answer) => waiting.shift()?.(answer),
    networksAgeDays: () => networksAgeDays,
    clock: { now: () => Math.round(told.now + performance.now() - told.at) },
  };
}

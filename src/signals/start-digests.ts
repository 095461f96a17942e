import type { Databases } from '../db/open-databases.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import { makeDigests } from './make-digests.ts';
import type { Letter } from './to-digest-letter.ts';

/** A digest is made within this after its time. */
const DUE_EVERY_MS = 60_000;

export interface Digests {
  /** Resolves when what is under way is done. */
  stop(): Promise<void>;
}

/**
 * Makes the digests that are due now, and again every minute. Meant for the one node that leads (db/keep-leader.ts);
 * two at once make none twice all the same. A database that is away is logged and tried again at the next round.
 */
export function startDigests(parts: {
  readonly databases: Databases;
  readonly clock: Clock;
  readonly log: Log;
  readonly publicUrl: string;
  /** Null: digests are on screen only. */
  readonly send: ((letter: Letter) => Promise<void>) | null;
  readonly everyMs?: number;
}): Digests {
  const { clock, log, everyMs = DUE_EVERY_MS, ...job } = parts;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    try {
      await makeDigests({ ...job, log, now: clock.now() });
    } catch (error) {
      log.error({ error: error instanceof Error ? error.message : String(error) }, 'signals.digests_failed');
    }
    if (isStopped) return;
    timer = setTimeout(() => {
      running = run();
    }, everyMs);
    timer.unref();
  };
  let running = run();
  return {
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

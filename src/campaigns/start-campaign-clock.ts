import type { Databases } from '../db/open-databases.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import { issueMissingPixels, runDueCampaigns } from './run-due-campaigns.ts';

/** A campaign begins and ends within this after its time; product.md asks for 60 s. */
const DUE_EVERY_MS = 10_000;
/** Looking for members without a pixel reads more, so it is done on every sixth round. */
const PIXELS_EVERY_ROUNDS = 6;

export interface CampaignClock {
  /** Resolves when what is under way is done. */
  stop(): Promise<void>;
}

/**
 * Runs what is due now, and again every ten seconds. Every node may run one. A database that is away is logged and
 * tried again at the next round: what was missed is caught up with, from the planned times on.
 */
export function startCampaignClock(parts: {
  readonly databases: Databases;
  readonly clock: Clock;
  readonly log: Log;
  readonly tokenKey: Buffer;
  readonly everyMs?: number;
}): CampaignClock {
  const { databases, clock, log, tokenKey, everyMs = DUE_EVERY_MS } = parts;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round = 0;
  const run = async (): Promise<void> => {
    const job = { databases, log, tokenKey, now: clock.now() };
    try {
      await runDueCampaigns(job);
      if (round % PIXELS_EVERY_ROUNDS === 0) await issueMissingPixels(job);
    } catch (error) {
      log.error({ error: error instanceof Error ? error.message : String(error) }, 'campaign.clock_failed');
    }
    round += 1;
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

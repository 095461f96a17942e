import type { Clock } from '../kit/clock.ts';
import { purgeInstallTests } from './purge-install-tests.ts';
import { type SilenceWatch, warnSilentPixels } from './warn-silent-pixels.ts';

/** A silence of days is told of within this. */
const EVERY_MS = 3_600_000;

export interface SignatureWatch {
  /** Resolves when what is under way is done. */
  stop(): Promise<void>;
}

/**
 * Warns of silent pixels and removes install tests that are long over, now and again every hour. Meant for the one node
 * that leads; two at once warn nobody twice. A database that is away is logged and asked again at the next round.
 */
export function startSignatureWatch(
  parts: Omit<SilenceWatch, 'now'> & { readonly clock: Clock; readonly everyMs?: number },
): SignatureWatch {
  const { clock, everyMs = EVERY_MS, ...watch } = parts;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    try {
      await purgeInstallTests(watch.databases, clock.now());
      await warnSilentPixels({ ...watch, now: clock.now() });
    } catch (error) {
      watch.log.error({ error: error instanceof Error ? error.message : String(error) }, 'signatures.watch_failed');
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

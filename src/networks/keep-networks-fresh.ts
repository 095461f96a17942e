import type { Log } from '../kit/log.ts';
import type { Networks } from './open-networks.ts';

/** A `stat` when nothing changed, some 40 ms when 14,000 ranges did. */
export const NETWORKS_RELOAD_INTERVAL_MS = 60_000;

/** Takes over what `networks update` stores while the process runs. Holds no process alive. */
export function keepNetworksFresh(
  networks: Pick<Networks, 'reload'>,
  options: { log: Log; everyMs?: number },
): { stop(): void } {
  const timer = setInterval(() => {
    networks.reload().catch((error) => options.log.error({ reason: String(error) }, 'networks.reload_failed'));
  }, options.everyMs ?? NETWORKS_RELOAD_INTERVAL_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

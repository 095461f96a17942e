import { watchCollectRegion } from '../accounts/collect-region.ts';
import { type Collector, createCollector } from '../collect/create-collector.ts';
import { openCountries } from '../networks/open-countries.ts';
import type { Parts } from './open-parts.ts';

/** The role `collect`: pixels in, hits to the spool. Its answer is what /api/t/* is handed to. */
export async function startCollect(parts: Parts): Promise<Collector> {
  const { config, spool, clock, log, metrics, databases, dayKeys, networks, closers } = parts;
  const countries = await openCountries(log);
  const region = await watchCollectRegion(databases, log);
  closers.push(() => region.stop());
  const collector = createCollector({
    spool,
    clock,
    limits: { pixelPerMinute: config.pixelLimitPerMinute, addressPerMinute: config.ipLimitPerMinute },
    trustProxy: config.trustProxy,
    metrics,
    visitorKeys: (day) => dayKeys.snapshot(day),
    toNetworkClass: networks.toNetworkClass,
    toCountry: (address) => (region.isWanted() ? countries.toCountry(address) : null),
  });
  closers.push(() => collector.close());
  return collector;
}

import { watchCollectRegion } from '../accounts/collect-region.ts';
import { type Collector, createCollector } from '../collect/create-collector.ts';
import { shareLimits } from '../collect/share-limits.ts';
import { toPurposeKey } from '../kit/crypto.ts';
import { openCountries } from '../networks/open-countries.ts';
import type { Spool } from '../spool/spool.ts';
import type { Parts } from './open-parts.ts';

/** The role `collect`: pixels in, hits to the spool. Its answer is what /api/t/* is handed to; no database is needed. */
export async function startCollect(parts: Parts, spool: Spool): Promise<Collector> {
  const { config, clock, log, metrics, dayKeys, networks, closers } = parts;
  const countries = await openCountries(log);
  const isRegionWanted = watchRegion(parts);
  const collector = createCollector({
    spool,
    clock,
    limits: { pixelPerMinute: config.pixelLimitPerMinute, addressPerMinute: config.ipLimitPerMinute },
    limitsKey: config.redisUrl === null ? null : toPurposeKey(parts.appSecret, 'limits'),
    trustProxy: config.trustProxy,
    metrics,
    visitorKeys: (day) => dayKeys.snapshot(day),
    toNetworkClass: networks.toNetworkClass,
    toCountry: (address) => (isRegionWanted() ? countries.toCountry(address) : null),
  });
  closers.push(() => collector.close());
  if (config.redisUrl !== null) {
    const sharing = shareLimits({ url: config.redisUrl, counts: collector.limitCounts, log, metrics });
    closers.push(() => sharing.stop());
  }
  return collector;
}

/** "No" until the database has said otherwise. */
function watchRegion({ databases, log, closers }: Parts): () => boolean {
  let isWanted = (): boolean => false;
  const watching = watchCollectRegion(databases, log).then((region) => {
    isWanted = region.isWanted;
    return region;
  });
  closers.push(async () => (await watching).stop());
  return () => isWanted();
}

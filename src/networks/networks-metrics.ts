import { Gauge } from 'prom-client';
import type { Metrics } from '../kit/metrics.ts';
import type { Networks } from './open-networks.ts';

/** The age of every list that can be refreshed, read whenever the metrics are: for an alarm on a forgotten update. */
export function registerNetworksMetrics(metrics: Metrics, networks: Pick<Networks, 'figures'>): void {
  new Gauge({
    name: 'mailtracker_networks_list_age_seconds',
    help: 'Time since a list of networks was true; past 90 days it accuses nobody any more.',
    labelNames: ['source', 'network_class'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const { source, networkClass, ageDays } of networks.figures().lists) {
        if (source !== null) this.set({ source, network_class: networkClass }, ageDays * SECONDS_A_DAY);
      }
    },
  });
}

const SECONDS_A_DAY = 86_400;

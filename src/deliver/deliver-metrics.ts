import { Counter, Gauge, Histogram } from 'prom-client';
import { DESTINATION_TYPES, DISABLE_REASONS, type DisableReason } from '../domain/destination.ts';
import type { Metrics } from '../kit/metrics.ts';
import type { FannedOut } from './fan-out.ts';
import type { Tried } from './try-delivery.ts';

export interface DeliverMetrics {
  fannedOut(outcome: FannedOut): void;
  tried(tried: Tried): void;
  disabled(reason: DisableReason): void;
  failed(step: 'fan_out' | 'claim' | 'record' | 'purge'): void;
}

/** Labels come from closed lists: by type of destination, never by organization. */
export function createDeliverMetrics(registry: Metrics, readInFlight: () => number): DeliverMetrics {
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `mailtracker_deliver_${name}`, help, labelNames, registers });
  const owed = counter('owed_total', 'Deliveries that destinations are owed');
  const cancelled = counter(
    'cancelled_total',
    'Deliveries cancelled before they were sent: what they told of was withdrawn',
  );
  const attempts = counter('attempts_total', 'Tries, by type of destination and outcome', ['type', 'outcome']);
  const disabled = counter('disabled_total', 'Destinations that were disabled, by reason', ['reason']);
  const failures = counter('failures_total', 'Steps of the deliverer that failed and were done again', ['step']);
  const seconds = new Histogram({
    name: 'mailtracker_deliver_attempt_seconds',
    help: 'Time that one try took, by type of destination',
    labelNames: ['type'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    registers,
  });
  new Gauge({
    name: 'mailtracker_deliver_in_flight',
    help: 'Tries under way',
    registers,
    collect() {
      this.set(readInFlight());
    },
  });
  for (const type of DESTINATION_TYPES) attempts.inc({ type, outcome: 'delivered' }, 0);
  for (const reason of DISABLE_REASONS) disabled.inc({ reason }, 0);
  return {
    fannedOut: (outcome) => {
      owed.inc(outcome.owed);
      cancelled.inc(outcome.cancelled);
    },
    tried: ({ owed: { destinationType: type }, result: { outcome }, durationMs }) => {
      attempts.inc({ type, outcome });
      seconds.observe({ type }, durationMs / 1000);
    },
    disabled: (reason) => disabled.inc({ reason }),
    failed: (step) => failures.inc({ step }),
  };
}

import { Counter, Gauge, Histogram } from 'prom-client';
import { DROP_REASONS } from '../domain/drop-reason.ts';
import { SIGNAL_RULES } from '../domain/signal.ts';
import type { Metrics } from '../kit/metrics.ts';
import type { BatchStep } from './batch-context.ts';
import type { Failure } from './to-failure.ts';
import type { BatchOutcome } from './to-outcome.ts';

export interface ProcessMetrics {
  step(step: BatchStep, seconds: number): void;
  stored(outcome: BatchOutcome): void;
  failed(failure: Failure): void;
}

/** One processor a registry. Label values come from closed lists, so the number of series is bounded. */
export function createProcessMetrics(registry: Metrics, readLagMs: () => number): ProcessMetrics {
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `mailtracker_process_${name}`, help, labelNames, registers });
  const hits = counter('hits_total', 'Hits whose effects are stored: events, folded loads, install tests and drops');
  const events = counter('events_total', 'Events stored');
  const folded = counter('folded_total', 'Loads that were added to an event');
  const tested = counter('install_test_hits_total', 'Hits of install tests, which are part of no figure');
  const drops = counter('drops_total', 'Hits that became no event, by reason', ['reason']);
  const deadLetters = counter('dead_letters_total', 'Records set aside because they could not be processed');
  const withdrawn = counter('withdrawn_total', 'Events stored before that turned out to be part of a scanner burst');
  const raised = counter('signals_raised_total', 'Signals raised, also those that nobody is told of', ['rule']);
  const unraised = counter('signals_withdrawn_total', 'Signals that turned out not to hold', ['rule']);
  const replayed = counter('replayed_blocks_total', 'Blocks handed over again after their effects were stored');
  const batches = counter('batches_total', 'Transactions stored');
  const failures = counter('failures_total', 'Batches that failed and were tried again, by kind', ['kind']);
  const steps = new Histogram({
    name: 'mailtracker_process_step_seconds',
    help: 'Time taken by each step of a batch',
    labelNames: ['step'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  new Gauge({
    name: 'mailtracker_process_lag_seconds',
    help: 'Age of the oldest hit that waits in the spool',
    registers,
    collect() {
      this.set(readLagMs() / 1000);
    },
  });
  for (const reason of DROP_REASONS) drops.inc({ reason }, 0);
  for (const rule of SIGNAL_RULES) for (const one of [raised, unraised]) one.inc({ rule }, 0);
  return {
    step: (step, seconds) => steps.observe({ step }, seconds),
    failed: (kind) => failures.inc({ kind }),
    stored: (outcome) => {
      batches.inc();
      hits.inc(outcome.hits);
      events.inc(outcome.events);
      folded.inc(outcome.folded);
      tested.inc(outcome.tested);
      deadLetters.inc(outcome.deadLetters.length);
      withdrawn.inc(outcome.withdrawnEventIds.length);
      replayed.inc(outcome.replayedBlocks);
      for (const count of outcome.signals) {
        raised.inc({ rule: count.rule }, count.raised);
        unraised.inc({ rule: count.rule }, count.withdrawn);
      }
      for (const [reason, count] of Object.entries(outcome.dropped)) drops.inc({ reason }, count);
    },
  };
}

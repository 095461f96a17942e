import { Counter, Gauge, Histogram } from 'prom-client';
import type { Metrics } from '../kit/metrics.ts';
import type { SpoolFigures } from '../spool/spool.ts';

/** What became of a request of a pixel. */
export const HIT_OUTCOMES = [
  'recorded',
  'head',
  'malformed_token',
  'throttled_pixel',
  'throttled_client_ip',
  /** The spool was at its cap. */
  'spool_refused',
  /** Accepted and then not written: disk full, read-only. */
  'spool_lost',
  /** Answered before it was settled: the disk took longer than a mail client waits. */
  'spool_late',
] as const;

export type HitOutcome = (typeof HIT_OUTCOMES)[number];

/** Plain numbers that the registry reads when it is scraped. */
export interface CollectMetrics {
  readonly counts: Record<HitOutcome, number>;
  /** Throttled hits that no aggregate had room for. */
  uncounted: number;
  observeAnswer(seconds: number): void;
}

/** Throws when the registry has collect's metrics already. */
export function createCollectMetrics(metrics: Metrics, spool: { figures(): SpoolFigures }): CollectMetrics {
  const registers = [metrics];
  const counts = Object.fromEntries(HIT_OUTCOMES.map((name) => [name, 0])) as Record<HitOutcome, number>;
  const durations = new Histogram({
    name: 'mailtracker_collect_answer_duration_seconds',
    help: 'From a pixel request to its answer, the group commit included.',
    buckets: [0.001, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  });
  const own: CollectMetrics = { counts, uncounted: 0, observeAnswer: (seconds) => durations.observe(seconds) };
  new Counter({
    name: 'mailtracker_collect_hits_total',
    help: 'Pixel requests by what became of them.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const outcome of HIT_OUTCOMES) this.inc({ outcome }, counts[outcome]);
    },
  });
  new Counter({
    name: 'mailtracker_collect_throttled_uncounted_total',
    help: 'Throttled hits that a flood of other pixels left out of the aggregates.',
    registers,
    collect() {
      this.reset();
      this.inc(own.uncounted);
    },
  });
  for (const figure of SPOOL_FIGURES) registerFigure(figure, metrics, spool);
  return own;
}

interface SpoolFigure {
  readonly kind: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  read(figures: SpoolFigures): number;
}

const SPOOL_FIGURES: readonly SpoolFigure[] = [
  { kind: 'gauge', name: 'bytes', help: 'Bytes not yet acknowledged.', read: ({ bytes }) => bytes },
  { kind: 'gauge', name: 'bytes_max', help: 'Its cap, SPOOL_BYTES_MAX.', read: ({ bytesMax }) => bytesMax },
  { kind: 'gauge', name: 'blocks', help: 'Blocks not yet acknowledged.', read: ({ blocks }) => blocks },
  { kind: 'gauge', name: 'lag_seconds', help: 'Age of the oldest one.', read: ({ lagMs }) => lagMs / 1_000 },
  { kind: 'counter', name: 'refused_records_total', help: 'Refused at its cap.', read: ({ refused }) => refused },
  { kind: 'counter', name: 'lost_records_total', help: 'Accepted and not written.', read: ({ lost }) => lost },
  {
    kind: 'counter',
    name: 'corrupt_blocks_total',
    help: 'Blocks passed over because their checksum did not hold.',
    read: ({ corruptBlocks }) => corruptBlocks,
  },
];

function registerFigure(figure: SpoolFigure, metrics: Metrics, spool: { figures(): SpoolFigures }): void {
  const options = { name: `mailtracker_spool_${figure.name}`, help: figure.help, registers: [metrics] };
  if (figure.kind === 'gauge') {
    new Gauge({
      ...options,
      collect() {
        this.set(figure.read(spool.figures()));
      },
    });
    return;
  }
  new Counter({
    ...options,
    collect() {
      this.reset();
      this.inc(figure.read(spool.figures()));
    },
  });
}

import type { TrackingHealth } from '../contract/tracking-health.ts';
import type { Metrics } from '../kit/metrics.ts';

const NAME = 'mailtracker_collect_answer_duration_seconds';
const PART = 0.99;

/**
 * The 99th percentile of the pixel answers of this process, in ms with one decimal: where the collector's histogram
 * passes it, in a straight line within the bucket. Null where no pixel was answered.
 */
export async function readPixelSpeed(metrics: Metrics): Promise<TrackingHealth['pixel']> {
  const histogram = await metrics.getSingleMetric(NAME)?.get();
  const buckets = (histogram?.values ?? []).flatMap(({ labels, value }) =>
    labels.le === undefined || labels.le === '+Inf' ? [] : [{ upTo: Number(labels.le), answers: value }],
  );
  const answers = histogram?.values.find(({ labels }) => labels.le === '+Inf')?.value ?? 0;
  if (answers === 0) return { p99Ms: null, answers: 0 };
  let before = { upTo: 0, answers: 0 };
  for (const bucket of buckets) {
    if (bucket.answers >= answers * PART) {
      const part = (answers * PART - before.answers) / (bucket.answers - before.answers);
      return { p99Ms: toMs(before.upTo + (bucket.upTo - before.upTo) * part), answers };
    }
    before = bucket;
  }
  return { p99Ms: toMs(before.upTo), answers };
}

function toMs(seconds: number): number {
  return Math.round(seconds * 10_000) / 10;
}

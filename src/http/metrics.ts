import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { sha256 } from '../kit/crypto.ts';
import type { Metrics } from '../kit/metrics.ts';
import type { HttpApp } from './context.ts';
import { notFound, Problem } from './problem.ts';

export interface MetricsSource {
  readonly metrics: Metrics;
  /** Of another thread, in the same format; of names that `metrics` has none of. */
  readonly readMoreMetrics?: () => Promise<string>;
}

/**
 * GET /metrics in Prometheus' text format, for whoever sends `Authorization: Bearer <METRICS_TOKEN>`; 404 where no
 * token is set, since the figures tell how much an organization mails.
 */
export function metricsRoutes(app: HttpApp, { metrics, readMoreMetrics }: MetricsSource, token: string | null): void {
  app.route({
    method: 'GET',
    url: '/metrics',
    schema: {
      tags: ['operations'],
      summary: "Figures for Prometheus, for whoever sends the server's METRICS_TOKEN",
      security: [],
      response: { 200: z.string() },
    },
    handler: async (request, reply) => {
      if (token === null) throw notFound('/metrics');
      if (!isSame(request.headers.authorization ?? '', `Bearer ${token}`))
        throw new Problem(401, 'Send Authorization: Bearer with the METRICS_TOKEN this server was started with.');
      return reply
        .header('cache-control', 'no-store')
        .type(metrics.contentType)
        .send((await metrics.metrics()) + ((await readMoreMetrics?.()) ?? ''));
    },
  });
}

/** In a time that tells nothing of where they differ. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(sha256(given), sha256(expected));
}

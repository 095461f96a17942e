import { noteDashboardView } from '../accounts/note-dashboard-view.ts';
import { readBreakdown } from '../analytics/read-breakdown.ts';
import { readDaily } from '../analytics/read-daily.ts';

import { readHours } from '../analytics/read-hours.ts';
import { readMyStats } from '../analytics/read-my-stats.ts';
import { breakdownSchema } from '../contract/breakdown.ts';
import { dailyQuerySchema, dailySchema } from '../contract/daily.ts';
import { hoursSchema } from '../contract/hours.ts';
import { myStatsSchema } from '../contract/my-stats.ts';
import { asViewer } from './as-viewer.ts';
import type { HttpApp, HttpContext } from './context.ts';

/** A member's own engagement. Never cached: it is personal, and the next open changes it. */
export function trackingRoutes(app: HttpApp, context: HttpContext): void {
  app.get(
    '/api/tracking/my-stats',
    {
      schema: {
        tags: ['engagement'],
        summary: 'My figures of today, this week and this month',
        response: { 200: myStatsSchema },
      },
    },
    async (request) => {
      return asViewer(context, request, async (trx, viewer) => {
        const now = context.clock.now();
        await noteDashboardView(trx, { ...viewer, now });
        return readMyStats(trx, viewer, now);
      });
    },
  );

  app.get(
    '/api/tracking/my-stats/daily',
    {
      schema: {
        tags: ['engagement'],
        summary: 'My opens per day, today last',
        querystring: dailyQuerySchema,
        response: { 200: dailySchema },
      },
    },
    async (request) => {
      const { days } = request.query;
      return asViewer(context, request, (trx, viewer) => readDaily(trx, viewer, { now: context.clock.now(), days }));
    },
  );

  app.get(
    '/api/tracking/my-stats/hours',
    {
      schema: {
        tags: ['engagement'],
        summary: 'My opens per hour of the week, of the last eight weeks',
        response: { 200: hoursSchema },
      },
    },
    async (request) => asViewer(context, request, (trx, viewer) => readHours(trx, viewer, context.clock.now())),
  );

  app.get(
    '/api/tracking/my-stats/breakdown',
    {
      schema: {
        tags: ['engagement'],
        summary: 'What my mail is read with, and where, as far as k-anonymity allows',
        querystring: dailyQuerySchema,
        response: { 200: breakdownSchema },
      },
    },
    async (request) => {
      const question = { now: context.clock.now(), days: request.query.days };
      return asViewer(context, request, (trx, viewer) => readBreakdown(trx, viewer, question));
    },
  );
}

import type { FastifyRequest } from 'fastify';
import type { Transaction } from 'kysely';
import { readDaily } from '../analytics/read-daily.ts';
import { readMyStats } from '../analytics/read-my-stats.ts';
import { readViewer, type Viewer } from '../analytics/read-viewer.ts';
import { dailyQuerySchema, dailySchema } from '../contract/daily.ts';
import { myStatsSchema } from '../contract/my-stats.ts';
import type { Schema } from '../db/schema.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { forbidden, notFound } from './problem.ts';
import { requireSession } from './require-session.ts';

/** A member's own engagement. Never cached: it is personal, and the next open changes it. */
export function trackingRoutes(app: HttpApp, context: HttpContext): void {
  const asViewer = async <T>(
    request: FastifyRequest,
    answer: (trx: Transaction<Schema>, viewer: Viewer) => Promise<T>,
  ): Promise<T> => {
    const session = await requireSession(request);
    return withTenant(context.databases, session.organizationId, async (trx) => {
      const viewer = await readViewer(trx, session.organizationId, session.memberId);
      if (viewer === null) throw notFound('The member');
      if (!viewer.settings.show_user_dashboard)
        throw forbidden('Your organization does not show the engagement dashboard. An admin can switch it on.');
      return answer(trx, viewer);
    });
  };

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
      return asViewer(request, (trx, viewer) => readMyStats(trx, viewer, context.clock.now()));
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
      return asViewer(request, (trx, viewer) => readDaily(trx, viewer, { now: context.clock.now(), days }));
    },
  );
}

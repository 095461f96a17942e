import { readOpens } from '../analytics/read-opens.ts';
import { openFeedQuerySchema, openFeedSchema } from '../contract/open-feed.ts';
import { asViewer } from './as-viewer.ts';
import type { HttpApp, HttpContext } from './context.ts';

/** A member's own opens with their verdicts, those that do not count included. */
export function openRoutes(app: HttpApp, context: HttpContext): void {
  app.get(
    '/api/tracking/opens',
    {
      schema: {
        tags: ['engagement'],
        summary: 'My latest opens, counted or not, and why',
        querystring: openFeedQuerySchema,
        response: { 200: openFeedSchema },
      },
    },
    async (request) => {
      const { limit, cursor = null } = request.query;
      return asViewer(context, request, (trx, viewer) =>
        readOpens(trx, viewer, { limit, cursor, now: context.clock.now() }),
      );
    },
  );
}

import { readQuality } from '../analytics/read-quality.ts';
import { dailyQuerySchema } from '../contract/daily.ts';
import { qualitySchema } from '../contract/quality.ts';
import { withTenant } from '../db/with-tenant.ts';
import { asViewer } from './as-viewer.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { requireAccess } from './require-access.ts';
import { readBearer } from './require-key.ts';

/** The blind-spot meter: a member sees what fetched their own pixels, a key what fetched the organization's. */
export function qualityRoutes(app: HttpApp, context: HttpContext): void {
  app.get(
    '/api/tracking/quality',
    {
      schema: {
        tags: ['engagement'],
        summary: 'Who fetched the pixels: readers, mail services, machines',
        querystring: dailyQuerySchema,
        response: { 200: qualitySchema },
      },
    },
    async (request) => {
      const question = { days: request.query.days, now: context.clock.now() };
      if (readBearer(request) === null)
        return asViewer(context, request, (trx, me) => readQuality(trx, { ...me, ...question }));
      const { organizationId } = await requireAccess(request, 'read:stats');
      return withTenant(context.databases, organizationId, (trx) =>
        readQuality(trx, { organizationId, memberId: null, ...question }),
      );
    },
  );
}

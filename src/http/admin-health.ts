import { readTrackingHealth } from '../analytics/read-tracking-health.ts';
import { trackingHealthSchema } from '../contract/tracking-health.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { requireAccess, requireRank } from './require-access.ts';

/** Whether the product works for the organization: its own figures, and how fast this process answers pixels. */
export function adminHealthRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/admin/tracking/health',
    schema: {
      tags: ['team'],
      summary: 'Who looks, what was recorded, how fast pixels are answered',
      response: { 200: trackingHealthSchema },
    },
    handler: async (request) => {
      const access = await requireAccess(request, 'read:stats');
      requireRank(access, 'admin');
      const { organizationId } = access;
      const question = { organizationId, now: context.clock.now() };
      const health = await withTenant(context.databases, organizationId, (trx) => readTrackingHealth(trx, question));
      return { ...health, pixel: await context.readPixelSpeed() };
    },
  });
}

import { readPlan } from '../accounts/read-plan.ts';
import { planSchema } from '../contract/plan.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { requireAdmin } from './require-admin.ts';

/** What the organization may use and what it uses. Plans are set by whoever runs the server: mailtracker plan set. */
export function planRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/plan',
    schema: {
      tags: ['settings'],
      summary: 'Seats and opens a minute: the plan, and what is used of it',
      response: { 200: planSchema },
    },
    handler: async (request) => {
      const { organizationId } = await requireAdmin(request);
      const question = { organizationId, plan: context.plan, now: context.clock.now() };
      return withTenant(context.databases, organizationId, (trx) => readPlan(trx, question));
    },
  });
}

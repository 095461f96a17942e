import { changeSettings, readSettings } from '../accounts/change-settings.ts';
import { trackingSettingsSchema } from '../contract/tracking-settings.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { requireAdmin, toActor } from './require-admin.ts';

const tags = ['settings'];

/** The settings panel: what is recorded, for how long, and who sees it. */
export function adminSettingsRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/admin/tracking/settings',
    schema: { tags, summary: 'The tracking settings', response: { 200: trackingSettingsSchema } },
    handler: async (request) => {
      const { organizationId } = await requireAdmin(request);
      return withTenant(context.databases, organizationId, (trx) => readSettings(trx, organizationId));
    },
  });
  app.route({
    method: 'PUT',
    url: '/api/admin/tracking/settings',
    schema: {
      tags,
      summary: 'Replace the tracking settings; they hold at once',
      body: trackingSettingsSchema,
      response: { 200: trackingSettingsSchema },
    },
    handler: async (request) => {
      const session = await requireAdmin(request);
      const { organizationId } = session;
      const change = { organizationId, actor: toActor(session), settings: request.body };
      return withTenant(context.databases, organizationId, (trx) => changeSettings(trx, change));
    },
  });
}

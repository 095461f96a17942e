import { changeSettings, readSettings } from '../accounts/change-settings.ts';
import { trackingSettingsSchema } from '../contract/tracking-settings.ts';
import { lockLocalDays } from '../db/lock-local-days.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { OrganizationId } from '../domain/ids.ts';
import type { TrackingSettings } from '../domain/settings.ts';
import { rebuildDays } from '../retention/rebuild-days.ts';
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
      return withTenant(context.databases, organizationId, async (trx) => {
        await lockLocalDays(trx, organizationId);
        const before = await readSettings(trx, organizationId);
        const after = await changeSettings(trx, change);
        if (after.timezone !== before.timezone) await rebuildDays(trx, toDaysQuestion(organizationId, after, context));
        return after;
      });
    },
  });
}

function toDaysQuestion(organizationId: OrganizationId, settings: TrackingSettings, { clock }: HttpContext) {
  const { timezone: timeZone, retention_days: retentionDays } = settings;
  return { organizationId, timeZone, retentionDays, now: clock.now() };
}

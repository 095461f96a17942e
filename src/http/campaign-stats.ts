import { readCampaignDaily } from '../analytics/read-campaign-daily.ts';
import { type CampaignEvent, readCampaignEvents } from '../analytics/read-campaign-events.ts';
import { readCampaignStats } from '../analytics/read-campaign-stats.ts';
import type { CampaignSeen } from '../campaigns/read-campaigns.ts';
import { campaignStatsSchema } from '../contract/campaign-stats.ts';
import { dailyQuerySchema, dailySchema } from '../contract/daily.ts';
import { withTenant } from '../db/with-tenant.ts';
import { toCsvLine } from '../kit/to-csv-line.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { csvAnswer, sendCsv } from './csv-answer.ts';
import { findCampaign, mayRun } from './find-campaign.ts';
import { forbidden } from './problem.ts';
import { type Access, requireAccess } from './require-access.ts';

const tags = ['campaigns'];

/** How a campaign is doing: for admins, and for the owner of a deal. */
export function campaignStatsRoutes(app: HttpApp, context: HttpContext): void {
  const { databases, clock } = context;
  app.route<{ Params: { id: string } }>({
    method: 'GET',
    url: '/api/campaigns/:id/stats',
    schema: { tags, summary: 'The figures of a campaign', response: { 200: campaignStatsSchema } },
    handler: async (request) => {
      const access = await requireAccess(request, 'read:stats');
      const { organizationId } = access;
      const { id: campaignId } = await findOwn(context, access, request.params.id);
      return withTenant(databases, organizationId, (trx) =>
        readCampaignStats(trx, { organizationId, campaignId, now: clock.now() }),
      );
    },
  });
  app.route({
    method: 'GET',
    url: '/api/campaigns/:id/stats/daily',
    schema: {
      tags,
      summary: 'Opens of a campaign per day, zeros included',
      querystring: dailyQuerySchema,
      response: { 200: dailySchema },
    },
    handler: async (request) => {
      const access = await requireAccess(request, 'read:stats');
      const { organizationId } = access;
      const { id } = request.params as { id: string };
      const { id: campaignId } = await findOwn(context, access, id);
      const question = { organizationId, campaignId, now: clock.now(), days: request.query.days };
      return withTenant(databases, organizationId, (trx) => readCampaignDaily(trx, question));
    },
  });
  app.route<{ Params: { id: string } }>({
    method: 'GET',
    url: '/api/campaigns/:id/stats/export.csv',
    schema: {
      tags,
      summary: 'The recorded opens of a campaign, oldest first',
      response: { 200: csvAnswer('time, member, device, verdict, unique: nothing of a recipient') },
    },
    handler: async (request, reply) => {
      const access = await requireAccess(request, 'read:events');
      const { organizationId } = access;
      const { id: campaignId } = await findOwn(context, access, request.params.id);
      const events = readCampaignEvents(databases, { organizationId, campaignId });
      return sendCsv(reply, 'campaign-opens.csv', toLines(events));
    },
  });
}

async function findOwn({ databases }: HttpContext, access: Access, id: string): Promise<CampaignSeen> {
  const campaign = await withTenant(databases, access.organizationId, (trx) => findCampaign(trx, access, id));
  if (!mayRun(access, campaign)) throw forbidden('Only an admin, or the owner of a deal, sees these figures.');
  return campaign;
}

async function* toLines(events: AsyncIterable<CampaignEvent>): AsyncGenerator<string> {
  yield toCsvLine(['time', 'member', 'device', 'verdict', 'unique']);
  for await (const { hitAt, member, device, verdict, isUnique } of events)
    yield toCsvLine([hitAt.toISOString(), member, device, verdict, isUnique]);
}

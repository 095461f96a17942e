import { readCampaignFigures } from '../analytics/read-campaign-figures.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { changeStatus } from '../campaigns/change-status.ts';
import { createCampaign } from '../campaigns/create-campaign.ts';
import { readCampaignPixels } from '../campaigns/read-campaign-pixels.ts';
import { type CampaignsQuestion, readCampaigns } from '../campaigns/read-campaigns.ts';
import {
  type Campaign as CampaignAnswer,
  type CampaignList,
  type CampaignPixels,
  type CreateCampaign,
  campaignListQuerySchema,
  campaignListSchema,
  campaignPixelsSchema,
  campaignSchema,
  createCampaignSchema,
} from '../contract/campaign.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { Audience } from '../domain/audience.ts';
import { CAMPAIGN_ACTIONS, type CampaignAction } from '../domain/campaign-status.ts';
import { type CampaignId, parseUuid, type TemplateId } from '../domain/ids.ts';
import { toPixelImage } from '../signatures/to-pixel-image.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { findCampaign, isOnlyMine, mayRun, refuse, toAnswer } from './find-campaign.ts';
import { forbidden, Problem } from './problem.ts';
import { type Access, requireAccess } from './require-access.ts';
import { toActor } from './require-admin.ts';

const tags = ['campaigns'];

/** Admins run every campaign; a member runs the deals they own and sees what is in their signature. */
export function campaignRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'POST',
    url: '/api/campaigns',
    schema: {
      tags,
      summary: 'Make a draft, with a pixel for everybody in its audience',
      body: createCampaignSchema,
      response: { 201: campaignSchema },
    },
    handler: async (request, reply) => {
      const access = await requireAccess(request, 'write:campaigns');
      return reply.code(201).send(await create(context, access, request.body));
    },
  });
  app.route({
    method: 'GET',
    url: '/api/campaigns',
    schema: {
      tags,
      summary: 'Campaigns, newest first',
      querystring: campaignListQuerySchema,
      response: { 200: campaignListSchema },
    },
    handler: async (request) => {
      const { limit, cursor, figures } = request.query;
      const access = await (figures
        ? requireAccess(request, 'read:stats')
        : requireAccess(request, 'read:stats', 'write:campaigns'));
      const after = cursor === undefined ? null : parseUuid<CampaignId>(cursor);
      const ofMember = access.role === 'member' ? access.memberId : null;
      const question = { organizationId: access.organizationId, ofMember, limit, after };
      return figures ? listWithFigures(context, access, question) : list(context, question);
    },
  });
  app.route<{ Params: { id: string } }>({
    method: 'GET',
    url: '/api/campaigns/:id',
    schema: { tags, summary: 'One campaign', response: { 200: campaignSchema } },
    handler: async (request) => {
      const access = await requireAccess(request, 'read:stats', 'write:campaigns');
      return readOne(context, access, request.params.id);
    },
  });
  app.route<{ Params: { id: string } }>({
    method: 'GET',
    url: '/api/campaigns/:id/pixels',
    schema: {
      tags,
      summary: 'Its pixels by member and variant; a member sees their own',
      response: { 200: campaignPixelsSchema },
    },
    handler: async (request) => {
      const access = await requireAccess(request, 'write:campaigns');
      return readPixels(context, access, request.params.id);
    },
  });
  for (const action of CAMPAIGN_ACTIONS) addActionRoute(app, context, action);
}

function addActionRoute(app: HttpApp, context: HttpContext, action: CampaignAction): void {
  app.route<{ Params: { id: string } }>({
    method: 'POST',
    url: `/api/campaigns/:id/${action}`,
    schema: {
      tags,
      summary: `${action[0]?.toUpperCase()}${action.slice(1)} the campaign`,
      response: { 200: campaignSchema },
    },
    handler: async (request) => {
      const access = await requireAccess(request, 'write:campaigns');
      return act(context, access, { id: request.params.id, action });
    },
  });
}

async function create(context: HttpContext, access: Access, body: CreateCampaign): Promise<CampaignAnswer> {
  const { organizationId, memberId, role } = access;
  if (access.keyId !== null && body.audience === undefined) throw new Problem(400, NO_OWNER, NO_AUDIENCE);
  // The contract has seen to it: without a deal there is an audience.
  const audience = (body.audience ?? { userIds: [memberId] }) as Audience;
  if (role === 'member' && (body.deal === undefined || !isOnlyMine(audience, access)))
    throw forbidden('A member can track their own deals; campaigns for others are made by an admin.');
  return withTenant(context.databases, organizationId, async (trx) => {
    const templateId = body.templateId as TemplateId | undefined;
    const draft = {
      ...body,
      templateId,
      audience,
      organizationId,
      memberId,
      now: context.clock.now(),
      tokenKey: context.tokenKey,
    };
    const campaignId = await createCampaign(trx, draft).catch(refuse);
    const created = toAnswer(await findCampaign(trx, access, campaignId));
    const { name, status, deal } = created;
    const entry = { action: 'campaign.created', after: { name, status, isDeal: deal !== null } } as const;
    await recordAudit(trx, { organizationId, actor: toActor(access), subject: { id: campaignId, name }, ...entry });
    return created;
  });
}

const NO_OWNER = 'audience: an API key is no member, so a deal made with one names its owner: {"userIds": [id]}';
const NO_AUDIENCE = {
  code: 'invalid_input',
  errors: [{ field: 'audience', detail: 'the member whose deal it is: {"userIds": [id]}' }],
};

async function list(context: HttpContext, question: CampaignsQuestion) {
  const page = await withTenant(context.databases, question.organizationId, (trx) => readCampaigns(trx, question));
  return { data: page.data.map(toAnswer), next: page.next };
}

/** Figures are for admins and for the owner of a deal, as they are on the campaign's own page. */
export async function listWithFigures(
  context: HttpContext,
  access: Access,
  question: CampaignsQuestion,
): Promise<CampaignList & { readonly next: CampaignId | null }> {
  const { organizationId } = access;
  return withTenant(context.databases, organizationId, async (trx) => {
    const page = await readCampaigns(trx, question);
    const campaignIds = page.data.filter((campaign) => mayRun(access, campaign)).map(({ id }) => id);
    const figures = await readCampaignFigures(trx, { organizationId, campaignIds, now: context.clock.now() });
    const data = page.data.map((campaign) => ({ ...toAnswer(campaign), figures: figures.get(campaign.id) ?? null }));
    return { data, next: page.next };
  });
}

async function readOne(context: HttpContext, access: Access, id: string): Promise<CampaignAnswer> {
  return withTenant(context.databases, access.organizationId, async (trx) => {
    const campaign = await findCampaign(trx, access, id);
    if (!mayRun(access, campaign) && !campaign.isCarried) throw forbidden('This campaign is not in your signature.');
    return toAnswer(campaign);
  });
}

async function readPixels(context: HttpContext, access: Access, id: string): Promise<CampaignPixels> {
  const { tokenKey, pixelUrl } = context;
  return withTenant(context.databases, access.organizationId, async (trx) => {
    const campaign = await findCampaign(trx, access, id);
    const isRunner = mayRun(access, campaign);
    if (!isRunner && !campaign.isCarried) throw forbidden('This campaign is not in your signature.');
    const question = { organizationId: access.organizationId, campaignId: campaign.id, tokenKey, pixelUrl };
    const pixels = await readCampaignPixels(trx, { ...question, ofMember: isRunner ? null : access.memberId });
    return { data: pixels.map((pixel) => ({ ...pixel, html: toPixelImage(pixel.url) })) };
  });
}

async function act(context: HttpContext, access: Access, order: Order): Promise<CampaignAnswer> {
  const { tokenKey, clock } = context;
  return withTenant(context.databases, access.organizationId, async (trx) => {
    const campaign = await findCampaign(trx, access, order.id);
    if (!mayRun(access, campaign)) throw forbidden('Only an admin, or the owner of a deal, can do this.');
    const change = { organizationId: access.organizationId, campaignId: campaign.id, action: order.action };
    await changeStatus(trx, { ...change, now: clock.now(), tokenKey }).catch(refuse);
    const changed = await findCampaign(trx, access, order.id);
    await recordAudit(trx, {
      organizationId: access.organizationId,
      actor: toActor(access),
      action: 'campaign.changed',
      subject: { id: campaign.id, name: campaign.name },
      before: { status: campaign.status },
      after: { status: changed.status },
    });
    return toAnswer(changed);
  });
}

interface Order {
  readonly id: string;
  readonly action: CampaignAction;
}

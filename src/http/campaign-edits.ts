import { recordAudit } from '../audit/record-audit.ts';
import { type CampaignChange, changeCampaign } from '../campaigns/change-campaign.ts';
import { deleteCampaign, readCampaignRemains } from '../campaigns/delete-campaign.ts';
import { duplicateCampaign } from '../campaigns/duplicate-campaign.ts';
import { type CarriedVariant, pickVariant, readVariant } from '../campaigns/pick-variant.ts';
import {
  type Campaign as CampaignAnswer,
  campaignChangeSchema,
  campaignRemovalSchema,
  campaignSchema,
  carriedVariantSchema,
  variantPickSchema,
} from '../contract/campaign.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { Audience } from '../domain/audience.ts';
import type { CampaignId, VariantId } from '../domain/ids.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { findCampaign, isOnlyMine, mayRun, refuse, toAnswer } from './find-campaign.ts';
import { forbidden, notFound } from './problem.ts';
import { type Access, requireAccess } from './require-access.ts';
import { toActor } from './require-admin.ts';
import { requireSession, type Session } from './require-session.ts';

const tags = ['campaigns'];

/** Changing, copying and deleting a campaign, and the variant of it that I carry. */
export function campaignEditRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'PATCH',
    url: '/api/campaigns/:id',
    schema: { tags, summary: 'Change a campaign', body: campaignChangeSchema, response: { 200: campaignSchema } },
    handler: async (request) => {
      const access = await requireAccess(request, 'write:campaigns');
      return change(context, access, { id: toId(request.params), change: request.body as CampaignChange });
    },
  });
  app.route({
    method: 'POST',
    url: '/api/campaigns/:id/duplicate',
    schema: { tags, summary: 'A draft like this campaign', response: { 201: campaignSchema } },
    handler: async (request, reply) => {
      const access = await requireAccess(request, 'write:campaigns');
      return reply.code(201).send(await duplicate(context, access, toId(request.params)));
    },
  });
  app.route({
    method: 'GET',
    url: '/api/campaigns/:id/removal',
    schema: { tags, summary: 'What deleting the campaign would remove', response: { 200: campaignRemovalSchema } },
    handler: async (request) => {
      const access = await requireAccess(request, 'write:campaigns');
      return withTenant(context.databases, access.organizationId, async (trx) => {
        const campaign = await findCampaign(trx, access, toId(request.params));
        if (!mayRun(access, campaign)) throw forbidden(NOT_YOURS);
        return readCampaignRemains(trx, { organizationId: access.organizationId, campaignId: campaign.id });
      });
    },
  });
  app.route({
    method: 'DELETE',
    url: '/api/campaigns/:id',
    schema: {
      tags,
      summary: 'Delete a campaign with its opens; tells what went',
      response: { 200: campaignRemovalSchema },
    },
    handler: async (request) => {
      const access = await requireAccess(request, 'write:campaigns');
      return remove(context, access, toId(request.params));
    },
  });
  addVariantRoutes(app, context);
}

function addVariantRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/campaigns/:id/my-variant',
    schema: { tags, summary: 'The variant in my signature', response: { 200: carriedVariantSchema } },
    handler: async (request) => {
      const session = await requireSession(request);
      return withTenant(context.databases, session.organizationId, async (trx) => {
        const campaign = await findCampaign(trx, toAccess(session), toId(request.params));
        if (!campaign.isCarried) throw forbidden(NOT_CARRIED);
        return toVariantAnswer(await readVariant(trx, { ...session, campaignId: campaign.id }));
      });
    },
  });
  app.route({
    method: 'PUT',
    url: '/api/campaigns/:id/my-variant',
    schema: {
      tags,
      summary: 'Pick the variant in my signature',
      body: variantPickSchema,
      response: { 200: carriedVariantSchema },
    },
    handler: async (request) => {
      const session = await requireSession(request);
      const pick = { variantId: request.body.variantId as string as VariantId, now: context.clock.now() };
      return withTenant(context.databases, session.organizationId, async (trx) => {
        const campaign = await findCampaign(trx, toAccess(session), toId(request.params));
        if (!campaign.isCarried) throw forbidden(NOT_CARRIED);
        return toVariantAnswer(await pickVariant(trx, { ...session, campaignId: campaign.id }, pick).catch(refuse));
      });
    },
  });
}

const NOT_YOURS = 'Only an admin, or the owner of a deal, can do this.';
const NOT_CARRIED = 'This campaign is not in your signature.';

async function change(
  context: HttpContext,
  access: Access,
  order: { readonly id: string; readonly change: CampaignChange },
): Promise<CampaignAnswer> {
  const { organizationId, role } = access;
  const { tokenKey, clock } = context;
  return withTenant(context.databases, organizationId, async (trx) => {
    const campaign = await findCampaign(trx, access, order.id);
    const { audience } = order.change;
    const isForOthers = audience !== undefined && !isOnlyMine(audience as Audience, access);
    if (!mayRun(access, campaign) || (role === 'member' && isForOthers)) throw forbidden(NOT_YOURS);
    const orderOf = { organizationId, campaignId: campaign.id, change: order.change, now: clock.now(), tokenKey };
    await changeCampaign(trx, orderOf).catch(refuse);
    await recordAudit(trx, {
      organizationId,
      actor: toActor(access),
      action: 'campaign.changed',
      subject: { id: campaign.id, name: campaign.name },
      after: order.change,
    });
    return toAnswer(await findCampaign(trx, access, order.id));
  });
}

async function duplicate(context: HttpContext, access: Access, id: string): Promise<CampaignAnswer> {
  const { organizationId, memberId } = access;
  const { tokenKey, clock } = context;
  return withTenant(context.databases, organizationId, async (trx) => {
    const campaign = await findCampaign(trx, access, id);
    if (!mayRun(access, campaign)) throw forbidden(NOT_YOURS);
    const order = { organizationId, memberId, campaignId: campaign.id, now: clock.now(), tokenKey };
    const copyId: CampaignId | null = await duplicateCampaign(trx, order).catch(refuse);
    if (copyId === null) throw notFound('The campaign');
    const copy = toAnswer(await findCampaign(trx, access, copyId));
    await recordAudit(trx, {
      organizationId,
      actor: toActor(access),
      action: 'campaign.created',
      subject: { id: copyId, name: copy.name },
      after: { copyOf: campaign.name },
    });
    return copy;
  });
}

async function remove(context: HttpContext, access: Access, id: string) {
  const { organizationId } = access;
  return withTenant(context.databases, organizationId, async (trx) => {
    const campaign = await findCampaign(trx, access, id);
    if (!mayRun(access, campaign)) throw forbidden(NOT_YOURS);
    const order = { organizationId, campaignId: campaign.id, name: campaign.name, actor: toActor(access) };
    const removed = await deleteCampaign(trx, order);
    if (removed === null) throw notFound('The campaign');
    return removed;
  });
}

function toAccess(session: Session): Access {
  return { ...session, keyId: null };
}

function toVariantAnswer(variant: CarriedVariant | null) {
  return { variantId: variant?.id ?? null, label: variant?.label ?? null, isPicked: variant?.isPicked ?? false };
}

function toId(params: unknown): string {
  return String((params as { id?: unknown }).id);
}

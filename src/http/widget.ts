import type { FastifyRequest } from 'fastify';
import { sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { changeWidgetOrigins, readWidgetOrigins } from '../accounts/widget-origins.ts';
import { readDaily } from '../analytics/read-daily.ts';
import { readMyStats } from '../analytics/read-my-stats.ts';
import { readViewer } from '../analytics/read-viewer.ts';
import {
  WIDGET_DAYS,
  type WidgetEngagement,
  widgetEngagementSchema,
  widgetLinkRequestSchema,
  widgetLinkSchema,
  widgetOriginsSchema,
} from '../contract/widget.ts';
import type { Schema } from '../db/schema.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { forbidden, notFound, Problem } from './problem.ts';
import { requireAccess, requireRank } from './require-access.ts';
import { requireAdmin, toActor } from './require-admin.ts';
import { readWidgetToken, toWidgetToken, type WidgetGrant } from './widget-token.ts';

const tags = ['widget'];
const HOUR_MS = 3_600_000;

// The engagement widget for a company's own portal: the portal's server asks for a signed address with its API key and
// frames it; the frame asks for its figures with that address's token. No cookie is read, so none can be abused.

export function widgetRoutes(app: HttpApp, context: HttpContext): void {
  originRoutes(app, context);
  app.route({
    method: 'POST',
    url: '/api/widget-links',
    schema: {
      tags,
      summary: 'A signed address that shows one member their engagement in a frame',
      body: widgetLinkRequestSchema,
      response: { 201: widgetLinkSchema },
    },
    handler: async (request, reply) => {
      const access = await requireAccess(request, 'read:stats');
      requireRank(access, 'admin');
      const { userId, hours } = request.body;
      const memberId = userId as MemberId;
      await withTenant(context.databases, access.organizationId, (trx) =>
        requireShown(trx, access.organizationId, memberId),
      );
      const grant = {
        organizationId: access.organizationId,
        memberId,
        expiresAt: context.clock.now() + hours * HOUR_MS,
      };
      const url = new URL(`/widget/my-engagement?token=${await toWidgetToken(context, grant)}`, context.publicUrl);
      return reply.code(201).send({ url: url.href, expiresAt: new Date(grant.expiresAt).toISOString() });
    },
  });
  app.route({
    method: 'GET',
    url: '/api/widget/my-engagement',
    schema: {
      tags,
      summary: "What the widget shows; asks for the address's token in X-Widget-Token",
      security: [],
      headers: z.object({ 'x-widget-token': z.string().max(TOKEN_CHARS_MAX).optional() }),
      response: { 200: widgetEngagementSchema },
    },
    handler: async (request) => {
      const grant = await readWidgetToken(context, String(request.headers['x-widget-token'] ?? ''));
      if (grant === null) throw new Problem(401, EXPIRED, { code: 'widget_expired' });
      return withTenant(context.databases, grant.organizationId, (trx) => readEngagement(trx, grant, context));
    },
  });
}

const TOKEN_CHARS_MAX = 200;
const EXPIRED = 'This address of the widget is not valid or past its time. Reload the page that shows it.';

function originRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/admin/widget-origins',
    schema: { tags, summary: 'Whose pages may frame the widget', response: { 200: widgetOriginsSchema } },
    handler: async (request) => {
      const { organizationId } = await requireAdmin(request);
      const origins = await withTenant(context.databases, organizationId, (trx) =>
        readWidgetOrigins(trx, organizationId),
      );
      return { origins: [...origins] };
    },
  });
  app.route({
    method: 'PUT',
    url: '/api/admin/widget-origins',
    schema: {
      tags,
      summary: 'Replace the list of pages that may frame the widget',
      body: widgetOriginsSchema,
      response: { 200: widgetOriginsSchema },
    },
    handler: async (request) => {
      const session = await requireAdmin(request);
      const { organizationId } = session;
      const change = { organizationId, actor: toActor(session), origins: request.body.origins };
      const origins = await withTenant(context.databases, organizationId, (trx) => changeWidgetOrigins(trx, change));
      return { origins: [...origins] };
    },
  });
}

/** The name and the viewer of an active member to whom the organization shows their figures; else the problem. */
async function requireShown(trx: Transaction<Schema>, organizationId: OrganizationId, memberId: MemberId) {
  const viewer = await readViewer(trx, organizationId, memberId);
  const { rows } = await sql<{ name: string }>`
    select coalesce(m.name, p.name) as name from organization_users m join users p on p.id = m.user_id
    where m.organization_id = ${organizationId} and m.id = ${memberId} and m.deactivated_at is null`.execute(trx);
  const [member] = rows;
  if (viewer === null || member === undefined) throw notFound('The member');
  if (!viewer.settings.show_user_dashboard)
    throw forbidden('This organization does not show members their engagement. An admin can switch it on.');
  return { viewer, name: member.name };
}

async function readEngagement(
  trx: Transaction<Schema>,
  grant: WidgetGrant,
  { clock }: HttpContext,
): Promise<WidgetEngagement> {
  const { viewer, name } = await requireShown(trx, grant.organizationId, grant.memberId);
  const now = clock.now();
  return {
    name,
    timezone: viewer.timeZone,
    retentionDays: viewer.settings.retention_days,
    stats: await readMyStats(trx, viewer, now),
    daily: await readDaily(trx, viewer, { now, days: WIDGET_DAYS }),
  };
}

/**
 * The value of frame-ancestors for the widget's page: the organization's origins when the address holds a live grant,
 * else nobody.
 */
export async function readFrameAncestors(context: HttpContext, request: FastifyRequest): Promise<readonly string[]> {
  const token = new URL(request.url, 'http://page').searchParams.get('token') ?? '';
  const grant = await readWidgetToken(context, token);
  if (grant === null) return [];
  return withTenant(context.databases, grant.organizationId, (trx) => readWidgetOrigins(trx, grant.organizationId));
}

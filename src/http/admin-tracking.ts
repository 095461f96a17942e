import type { FastifyRequest } from 'fastify';
import type { Transaction } from 'kysely';
import { readDaily } from '../analytics/read-daily.ts';
import { readMyStats } from '../analytics/read-my-stats.ts';
import { readOrganizationBreakdown } from '../analytics/read-organization-breakdown.ts';
import { readOrganizationDaily } from '../analytics/read-organization-daily.ts';
import { readOrganizationStats } from '../analytics/read-organization-stats.ts';
import { readViewer, type Viewer } from '../analytics/read-viewer.ts';
import { noteMemberView } from '../audit/note-member-view.ts';
import { breakdownSchema } from '../contract/breakdown.ts';
import { dailyQuerySchema, dailySchema } from '../contract/daily.ts';
import { myStatsSchema } from '../contract/my-stats.ts';
import { organizationStatsSchema } from '../contract/organization-stats.ts';
import type { Schema } from '../db/schema.ts';
import { withTenant } from '../db/with-tenant.ts';
import { type MemberId, parseUuid } from '../domain/ids.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { notFound } from './problem.ts';
import { type Access, requireAccess, requireRank } from './require-access.ts';
import { toActor } from './require-admin.ts';

const tags = ['team'];

/** The team's engagement, for admins and keys. A member's page is the one they see themselves, in their own time zone. */
export function adminTrackingRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/admin/tracking/organization-stats',
    schema: {
      tags,
      summary: 'Opens of the whole team, by person and department',
      querystring: dailyQuerySchema,
      response: { 200: organizationStatsSchema },
    },
    handler: async (request) => {
      const { organizationId } = await requireReader(request);
      const question = { organizationId, days: request.query.days, now: context.clock.now() };
      return withTenant(context.databases, organizationId, (trx) => readOrganizationStats(trx, question));
    },
  });
  app.route({
    method: 'GET',
    url: '/api/admin/tracking/organization-stats/daily',
    schema: {
      tags,
      summary: "The whole team's opens per day, today last",
      querystring: dailyQuerySchema,
      response: { 200: dailySchema },
    },
    handler: async (request) => {
      const { organizationId } = await requireReader(request);
      const question = { organizationId, days: request.query.days, now: context.clock.now() };
      return withTenant(context.databases, organizationId, (trx) => readOrganizationDaily(trx, question));
    },
  });
  app.route({
    method: 'GET',
    url: '/api/admin/tracking/organization-stats/breakdown',
    schema: {
      tags,
      summary: "What the whole team's mail is read with, and where, as far as k-anonymity allows; by days of UTC",
      querystring: dailyQuerySchema,
      response: { 200: breakdownSchema },
    },
    handler: async (request) => {
      const { organizationId } = await requireReader(request);
      const question = { organizationId, days: request.query.days, now: context.clock.now() };
      return withTenant(context.databases, organizationId, (trx) => readOrganizationBreakdown(trx, question));
    },
  });
  app.route<{ Params: { userId: string } }>({
    method: 'GET',
    url: '/api/admin/tracking/user/:userId/stats',
    schema: { tags, summary: "A member's figures, as they see them", response: { 200: myStatsSchema } },
    handler: async (request) => {
      const access = await requireReader(request);
      const now = context.clock.now();
      return asMember(context, { access, userId: request.params.userId }, (trx, viewer) =>
        readMyStats(trx, viewer, now),
      );
    },
  });
  app.route<{ Params: { userId: string }; Querystring: { days: number } }>({
    method: 'GET',
    url: '/api/admin/tracking/user/:userId/stats/daily',
    schema: {
      tags,
      summary: "A member's opens per day",
      querystring: dailyQuerySchema,
      response: { 200: dailySchema },
    },
    handler: async (request) => {
      const access = await requireReader(request);
      const question = { now: context.clock.now(), days: request.query.days };
      return asMember(context, { access, userId: request.params.userId }, (trx, viewer) =>
        readDaily(trx, viewer, question),
      );
    },
  });
}

async function requireReader(request: FastifyRequest): Promise<Access> {
  const access = await requireAccess(request, 'read:stats');
  requireRank(access, 'admin');
  return access;
}

interface Asked {
  readonly access: Access;
  readonly userId: string;
}

/** Another organization's member, and what is no id at all, is not found. A look at somebody else's page is audited. */
async function asMember<T>(
  context: HttpContext,
  { access, userId }: Asked,
  answer: (trx: Transaction<Schema>, viewer: Viewer) => Promise<T>,
): Promise<T> {
  const memberId = parseUuid<MemberId>(userId);
  return withTenant(context.databases, access.organizationId, async (trx) => {
    const viewer = memberId === null ? null : await readViewer(trx, access.organizationId, memberId);
    if (viewer === null) throw notFound('The member');
    const isOwn = access.keyId === null && access.memberId === viewer.memberId;
    if (!isOwn) await noteMemberView(trx, { ...viewer, actor: toActor(access) });
    return answer(trx, viewer);
  });
}

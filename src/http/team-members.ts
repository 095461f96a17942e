import { readTeamMembers } from '../analytics/read-team-members.ts';
import { teamMembersQuerySchema, teamMembersSchema } from '../contract/team-members.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { requireAccess, requireRank } from './require-access.ts';

/** Everybody with their opens, to be sorted and searched among many. */
export function teamMemberRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/admin/tracking/members',
    schema: {
      tags: ['team'],
      summary: 'Members with their opens, in any order',
      querystring: teamMembersQuerySchema,
      response: { 200: teamMembersSchema },
    },
    handler: async (request) => {
      const access = await requireAccess(request, 'read:stats');
      requireRank(access, 'admin');
      const { organizationId } = access;
      const { days, limit, cursor, search, sort, order } = request.query;
      const question = {
        organizationId,
        days,
        now: context.clock.now(),
        limit,
        offset: Number(cursor ?? 0),
        search: search ?? null,
        sort,
        isDescending: order === 'desc',
      };
      const { data, next } = await withTenant(context.databases, organizationId, (trx) =>
        readTeamMembers(trx, question),
      );
      return { data, next: next === null ? null : `${next}` };
    },
  });
}

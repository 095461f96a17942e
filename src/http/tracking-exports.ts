import { readOrganizationDaily } from '../analytics/read-organization-daily.ts';
import { readOrganizationStats } from '../analytics/read-organization-stats.ts';
import { dailyQuerySchema } from '../contract/daily.ts';
import { withTenant } from '../db/with-tenant.ts';
import { toCsvLine } from '../kit/to-csv-line.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { csvAnswer, sendCsv } from './csv-answer.ts';
import { requireAccess, requireRank } from './require-access.ts';

const tags = ['team'];

/** The team's tables as files, for admins and keys: the same figures as on the page. */
export function trackingExportRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/admin/tracking/organization-stats/daily/export.csv',
    schema: {
      tags,
      summary: "The whole team's opens per day, as a file",
      querystring: dailyQuerySchema,
      response: { 200: csvAnswer('date, opens, unique') },
    },
    handler: async (request, reply) => {
      const access = await requireAccess(request, 'read:stats');
      requireRank(access, 'admin');
      const { organizationId } = access;
      const question = { organizationId, days: request.query.days, now: context.clock.now() };
      const { data } = await withTenant(context.databases, organizationId, (trx) =>
        readOrganizationDaily(trx, question),
      );
      const rows = data.map(({ date, opens, unique }) => [date, opens, unique]);
      return sendCsv(reply, 'team-daily.csv', toLines(['date', 'opens', 'unique'], rows));
    },
  });
  app.route({
    method: 'GET',
    url: '/api/admin/tracking/organization-stats/export.csv',
    schema: {
      tags,
      summary: "The departments' opens, as a file",
      querystring: dailyQuerySchema,
      response: { 200: csvAnswer('department, opens, users') },
    },
    handler: async (request, reply) => {
      const access = await requireAccess(request, 'read:stats');
      requireRank(access, 'admin');
      const { organizationId } = access;
      const question = { organizationId, days: request.query.days, now: context.clock.now() };
      const stats = await withTenant(context.databases, organizationId, (trx) => readOrganizationStats(trx, question));
      const rows = stats.byDepartment.map(({ department, opens, users }) => [department, opens, users]);
      return sendCsv(reply, 'team-departments.csv', toLines(['department', 'opens', 'users'], rows));
    },
  });
}

type Cells = readonly (string | number | null)[];

async function* toLines(head: Cells, rows: readonly Cells[]): AsyncGenerator<string> {
  for (const row of [head, ...rows]) yield toCsvLine(row);
}

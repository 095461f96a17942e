import { readDaily } from '../analytics/read-daily.ts';
import { readHours } from '../analytics/read-hours.ts';
import { readOrganizationBreakdown } from '../analytics/read-organization-breakdown.ts';
import { readOrganizationDaily } from '../analytics/read-organization-daily.ts';
import { readOrganizationStats } from '../analytics/read-organization-stats.ts';
import type { Breakdown } from '../contract/breakdown.ts';
import { dailyQuerySchema } from '../contract/daily.ts';
import { withTenant } from '../db/with-tenant.ts';
import { toCsvLine } from '../kit/to-csv-line.ts';
import { asViewer } from './as-viewer.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { csvAnswer, sendCsv } from './csv-answer.ts';
import { requireAccess, requireRank } from './require-access.ts';

const tags = ['team'];

/** Tables as files, a member's own and, for admins and keys, the team's: the same figures as on the page. */
export function trackingExportRoutes(app: HttpApp, context: HttpContext): void {
  ownRoutes(app, context);
  teamRoutes(app, context);
}

function ownRoutes(app: HttpApp, context: HttpContext): void {
  app.get(
    '/api/tracking/my-stats/daily/export.csv',
    {
      schema: {
        tags: ['engagement'],
        summary: 'My opens per day, as a file',
        querystring: dailyQuerySchema,
        response: { 200: csvAnswer('date, opens, unique') },
      },
    },
    async (request, reply) => {
      const question = { now: context.clock.now(), days: request.query.days };
      const { data } = await asViewer(context, request, (trx, viewer) => readDaily(trx, viewer, question));
      const rows = data.map(({ date, opens, unique }) => [date, opens, unique]);
      return sendCsv(reply, 'my-opens-daily.csv', toLines(['date', 'opens', 'unique'], rows));
    },
  );
  app.get(
    '/api/tracking/my-stats/hours/export.csv',
    {
      schema: {
        tags: ['engagement'],
        summary: 'My opens per hour of the week, of the last eight weeks, as a file',
        response: { 200: csvAnswer('day, hour, opens') },
      },
    },
    async (request, reply) => {
      const { data } = await asViewer(context, request, (trx, viewer) => readHours(trx, viewer, context.clock.now()));
      const rows = data.flatMap(({ day, opens }) => opens.map((count, hour) => [day, hour, count]));
      return sendCsv(reply, 'my-opens-by-hour.csv', toLines(['day', 'hour', 'opens'], rows));
    },
  );
}

function teamRoutes(app: HttpApp, context: HttpContext): void {
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
  breakdownRoute(app, context);
}

function breakdownRoute(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/admin/tracking/organization-stats/breakdown/export.csv',
    schema: {
      tags,
      summary: "What the whole team's mail is read with, and where, as a file",
      querystring: dailyQuerySchema,
      response: { 200: csvAnswer('kind (client or country), name (empty: all others), opens') },
    },
    handler: async (request, reply) => {
      const access = await requireAccess(request, 'read:stats');
      requireRank(access, 'admin');
      const { organizationId } = access;
      const question = { organizationId, days: request.query.days, now: context.clock.now() };
      const { clients, countries } = await withTenant(context.databases, organizationId, (trx) =>
        readOrganizationBreakdown(trx, question),
      );
      const rows = [...toBreakdownRows('client', clients), ...toBreakdownRows('country', countries)];
      return sendCsv(reply, 'team-breakdown.csv', toLines(['kind', 'name', 'opens'], rows));
    },
  });
}

function toBreakdownRows(kind: string, { data, other }: Breakdown['clients']): readonly Cells[] {
  const rows: Cells[] = data.map(({ name, opens }) => [kind, name, opens]);
  return other === null ? rows : [...rows, [kind, null, other]];
}

type Cells = readonly (string | number | null)[];

async function* toLines(head: Cells, rows: readonly Cells[]): AsyncGenerator<string> {
  for (const row of [head, ...rows]) yield toCsvLine(row);
}

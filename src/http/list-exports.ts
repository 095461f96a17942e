import { readOpens } from '../analytics/read-opens.ts';
import { readTeamMembers } from '../analytics/read-team-members.ts';
import { dailyQuerySchema } from '../contract/daily.ts';
import type { Open } from '../contract/open-feed.ts';
import type { TeamMembers } from '../contract/team-members.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { asViewer } from './as-viewer.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { csvAnswer, sendCsv } from './csv-answer.ts';
import { CSV_PAGE_LINES, type CsvCells, readCsvPages } from './read-csv-pages.ts';
import { requireAccess, requireRank } from './require-access.ts';

/** Long lists as files, a page at a time. */
export function listExportRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/admin/tracking/members/export.csv',
    schema: {
      tags: ['team'],
      summary: 'Members with their opens, as a file, by name',
      querystring: dailyQuerySchema,
      response: { 200: csvAnswer('One line for each member') },
    },
    handler: async (request, reply) => {
      const access = await requireAccess(request, 'read:stats');
      requireRank(access, 'admin');
      const { organizationId } = access;
      return sendCsv(reply, 'members.csv', readMemberLines(context, organizationId, request.query.days));
    },
  });
  app.get(
    '/api/tracking/opens/export.csv',
    {
      schema: {
        tags: ['engagement'],
        summary: 'My opens, counted or not, as a file, newest first',
        response: { 200: csvAnswer('One line for each open that the retention keeps') },
      },
    },
    async (request, reply) => {
      const now = context.clock.now();
      const read = (cursor: string | null) =>
        asViewer(context, request, (trx, viewer) => readOpens(trx, viewer, { limit: CSV_PAGE_LINES, cursor, now }));
      // The first page is asked for before the answer begins: a refusal is a problem document, not an empty file.
      const first = await read(null);
      const lines = readCsvPages(
        OPEN_HEAD,
        async (cursor: string | null) => (cursor === null ? first : read(cursor)),
        toOpenCells,
      );
      return sendCsv(reply, 'my-opens.csv', lines);
    },
  );
}

function readMemberLines(
  { databases, clock }: HttpContext,
  organizationId: OrganizationId,
  days: number,
): AsyncGenerator<string> {
  const order = { search: null, sort: 'name', isDescending: false } as const;
  const question = { organizationId, days, now: clock.now(), limit: CSV_PAGE_LINES, ...order };
  const read = (offset: number | null) =>
    withTenant(databases, organizationId, (trx) => readTeamMembers(trx, { ...question, offset: offset ?? 0 }));
  const head = ['user_id', 'name', 'email', 'title', 'department', 'status', 'opens'];
  return readCsvPages(head, read, toMemberCells);
}

function toMemberCells(member: TeamMembers['data'][number]): CsvCells {
  const { userId, name, email, title, department, status, opens } = member;
  return [userId, name, email, title, department, status, opens];
}

const OPEN_HEAD = ['at', 'type', 'campaign', 'verdict', 'confidence', 'reason', 'device', 'counted', 'unique', 'loads'];

function toOpenCells(open: Open): CsvCells {
  const { at, trackingType, campaignName, verdict, confidence, reason, device, counted, unique, loads } = open;
  return [at, trackingType, campaignName, verdict, confidence, reason, device, counted, unique, loads];
}

import { readOpens } from '../analytics/read-opens.ts';
import { readTeamMembers } from '../analytics/read-team-members.ts';
import { dailyQuerySchema } from '../contract/daily.ts';
import type { Open, OpenFeed } from '../contract/open-feed.ts';
import type { TeamMembers } from '../contract/team-members.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { toCsvLine } from '../kit/to-csv-line.ts';
import { asViewer } from './as-viewer.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { csvAnswer, sendCsv } from './csv-answer.ts';
import { requireAccess, requireRank } from './require-access.ts';

const PAGE_LINES = 1_000;

/** Long lists as files, a page at a time, each in a transaction of its own: a slow reader holds no connection. */
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
      const read = (cursor: string | null) =>
        asViewer(context, request, (trx, viewer) => readOpens(trx, viewer, { limit: PAGE_LINES, cursor }));
      // The first page is asked for before the answer begins: a refusal is a problem document, not an empty file.
      return sendCsv(reply, 'my-opens.csv', readOpenLines(await read(null), read));
    },
  );
}

async function* readMemberLines(
  { databases, clock }: HttpContext,
  organizationId: OrganizationId,
  days: number,
): AsyncGenerator<string> {
  yield toCsvLine(['user_id', 'name', 'email', 'title', 'department', 'status', 'opens']);
  const order = { search: null, sort: 'name', isDescending: false } as const;
  const question = { organizationId, days, now: clock.now(), limit: PAGE_LINES, ...order };
  let offset: number | null = 0;
  do {
    const page: Awaited<ReturnType<typeof readTeamMembers>> = await withTenant(databases, organizationId, (trx) =>
      readTeamMembers(trx, { ...question, offset: offset ?? 0 }),
    );
    yield page.data.map(toMemberLine).join('');
    offset = page.next;
  } while (offset !== null);
}

function toMemberLine(member: TeamMembers['data'][number]): string {
  const { userId, name, email, title, department, status, opens } = member;
  return toCsvLine([userId, name, email, title, department, status, opens]);
}

const OPEN_HEAD = ['at', 'type', 'campaign', 'verdict', 'confidence', 'reason', 'device', 'counted', 'unique', 'loads'];

async function* readOpenLines(first: OpenFeed, read: (cursor: string) => Promise<OpenFeed>): AsyncGenerator<string> {
  yield toCsvLine(OPEN_HEAD);
  for (let page = first; ; ) {
    yield page.data.map(toOpenLine).join('');
    if (page.next === null) return;
    page = await read(page.next);
  }
}

function toOpenLine(open: Open): string {
  const { at, trackingType, campaignName, verdict, confidence, reason, device, counted, unique, loads } = open;
  return toCsvLine([at, trackingType, campaignName, verdict, confidence, reason, device, counted, unique, loads]);
}

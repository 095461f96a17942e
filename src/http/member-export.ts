import { readMembers } from '../accounts/read-members.ts';
import { type MemberAnswer, memberListQuerySchema } from '../contract/member.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { MemberId } from '../domain/ids.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { csvAnswer, sendCsv } from './csv-answer.ts';
import { toMemberAnswer, toMemberFilter } from './members.ts';
import { CSV_PAGE_LINES, type CsvCells, readCsvPages } from './read-csv-pages.ts';
import { requireAdmin } from './require-admin.ts';

/** The people of the organization as a file, for admins. Its columns are those that the import reads, and more. */
export function memberExportRoutes(app: HttpApp, { databases }: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/members/export.csv',
    schema: {
      tags: ['people'],
      summary: 'Members as a file, by name',
      querystring: memberListQuerySchema.omit({ limit: true, cursor: true }),
      response: { 200: csvAnswer('One line for each member') },
    },
    handler: async (request, reply) => {
      const { organizationId } = await requireAdmin(request);
      const question = { organizationId, ...toMemberFilter(request.query), limit: CSV_PAGE_LINES };
      const read = async (after: MemberId | null) => {
        const page = await withTenant(databases, organizationId, (trx) => readMembers(trx, { ...question, after }));
        return { data: page.data.map(toMemberAnswer), next: page.next };
      };
      return sendCsv(reply, 'people.csv', readCsvPages(HEAD, read, toCells));
    },
  });
}

const HEAD = [
  ...['user_id', 'name', 'email', 'role', 'title', 'phone', 'timezone', 'department', 'tracking_mode', 'status'],
  'created_at',
];

function toCells(member: MemberAnswer): CsvCells {
  const { userId, name, email, role, title, phone, timezone, department, trackingMode, status, createdAt } = member;
  return [userId, name, email, role, title, phone, timezone, department?.name ?? null, trackingMode, status, createdAt];
}

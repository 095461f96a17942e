import { type AuditLine, type AuditQuestion, readAuditLog } from '../audit/read-audit-log.ts';
import { type AuditLog, auditFilterSchema, auditLogSchema, auditQuerySchema } from '../contract/audit-log.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { MemberId } from '../domain/ids.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { csvAnswer, sendCsv } from './csv-answer.ts';
import { CSV_PAGE_LINES, type CsvCells, readCsvPages } from './read-csv-pages.ts';
import { requireAdmin } from './require-admin.ts';

const tags = ['audit'];

/** What admins did: for admins, filtered, page by page or as one file. */
export function auditLogRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/audit-log',
    schema: {
      tags,
      summary: 'What admins did, newest first',
      querystring: auditQuerySchema,
      response: { 200: auditLogSchema },
    },
    handler: async (request) => {
      const { organizationId } = await requireAdmin(request);
      const { limit, cursor, ...filter } = request.query;
      const after = cursor === undefined ? null : Number(cursor);
      const question = { organizationId, limit, after, ...toFilter(filter) };
      const page = await withTenant(context.databases, organizationId, (trx) => readAuditLog(trx, question));
      return { data: page.data.map(toAnswer), next: page.next === null ? null : String(page.next) };
    },
  });
  app.route({
    method: 'GET',
    url: '/api/audit-log/export.csv',
    schema: {
      tags,
      summary: 'The same as a file, all of it',
      querystring: auditFilterSchema,
      response: { 200: csvAnswer('One line for each act') },
    },
    handler: async (request, reply) => {
      const { organizationId } = await requireAdmin(request);
      const lines = readLines(context, { organizationId, ...toFilter(request.query) });
      return sendCsv(reply, 'audit-log.csv', lines);
    },
  });
}

function readLines(
  { databases }: HttpContext,
  question: Omit<AuditQuestion, 'limit' | 'after'>,
): AsyncGenerator<string> {
  const read = (after: number | null) =>
    withTenant(databases, question.organizationId, (trx) =>
      readAuditLog(trx, { ...question, limit: CSV_PAGE_LINES, after }),
    );
  return readCsvPages(['at', 'actor_id', 'actor', 'action', 'subject_id', 'subject', 'before', 'after'], read, toCells);
}

function toCells(line: AuditLine): CsvCells {
  const json = (value: object | null) => (value === null ? null : JSON.stringify(value));
  const { at, actorId, actorName, action, subjectId, subject, before, after } = line;
  return [at.toISOString(), actorId, actorName, action, subjectId, subject, json(before), json(after)];
}

function toAnswer(line: AuditLine): AuditLog['data'][number] {
  return {
    id: String(line.id),
    at: line.at.toISOString(),
    actor: { userId: line.actorId, name: line.actorName },
    action: line.action,
    subject: { id: line.subjectId, name: line.subject },
    before: line.before as Record<string, unknown> | null,
    after: line.after as Record<string, unknown> | null,
  };
}

function toFilter(filter: { actor?: string; action?: string; from?: string; to?: string }) {
  return {
    actorId: filter.actor as MemberId | undefined,
    action: filter.action,
    from: filter.from === undefined ? undefined : new Date(filter.from),
    to: filter.to === undefined ? undefined : new Date(filter.to),
  };
}

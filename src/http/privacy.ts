import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PeopleError } from '../accounts/people-error.ts';
import { readMember } from '../accounts/read-members.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { erasedSchema, type PrivacyErase, privacyEraseSchema, privacyExportQuerySchema } from '../contract/privacy.ts';
import { withTenant } from '../db/with-tenant.ts';
import { type MemberId, parseUuid } from '../domain/ids.ts';
import { eraseMember, eraseOrganization } from '../retention/erase.ts';
import { EraseError } from '../retention/erase-error.ts';
import { exportRows } from '../retention/export-rows.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { sendFile } from './csv-answer.ts';
import { Problem } from './problem.ts';
import type { Access } from './require-access.ts';
import { requireAdmin, requireAdminPerson, toActor } from './require-admin.ts';
import { requireRole, requireSession } from './require-session.ts';

const tags = ['privacy'];

/** Each holds a connection and a snapshot for as long as its reader takes. */
export const EXPORTS_RUNNING_MAX = 2;

/** What is known of a member or an organization, and its end. Everybody may take what is known of themselves. */
export function privacyRoutes(app: HttpApp, context: HttpContext): void {
  let running = 0;
  app.route({
    method: 'GET',
    url: '/api/privacy/export',
    schema: {
      tags,
      summary: 'Everything known of me, of a member or of the organization, as JSON lines',
      querystring: privacyExportQuerySchema,
      response: {
        200: { description: 'One row on each line', content: { 'application/x-ndjson': { schema: z.string() } } },
      },
    },
    handler: async (request, reply) => {
      const { session, memberId, name } = await authoriseExport(context, request, request.query.of);
      if (running >= EXPORTS_RUNNING_MAX)
        throw new Problem(503, 'Other exports are running. Try again shortly.', { retryAfterSeconds: 10 });
      const { organizationId } = session;
      await withTenant(context.databases, organizationId, (trx) =>
        recordAudit(trx, {
          organizationId,
          actor: toActor(session),
          action: 'privacy.exported',
          subject: { id: memberId ?? organizationId, name },
        }),
      );
      const question = { organizationId, memberId, now: new Date(context.clock.now()) };
      const lines = whileRunning(exportRows(context.databases, question), (change) => {
        running += change;
      });
      return sendFile(reply, { type: 'application/x-ndjson; charset=utf-8', fileName: 'export.jsonl' }, lines);
    },
  });
  app.route({
    method: 'POST',
    url: '/api/privacy/erase',
    schema: {
      tags,
      summary: 'Erase a member, or (owners only) the organization, for good',
      body: privacyEraseSchema,
      response: { 200: erasedSchema },
    },
    handler: async (request) => ({ erased: { ...(await erase(context, request, request.body)) } }),
  });
}

/** Counted from the first line on: a stream that nobody ever reads never begins. */
async function* whileRunning(lines: AsyncIterable<string>, count: (change: 1 | -1) => void): AsyncGenerator<string> {
  count(1);
  try {
    yield* lines;
  } finally {
    count(-1);
  }
}

async function authoriseExport(context: HttpContext, request: FastifyRequest, of: string) {
  if (of === 'me') {
    const session = await requireSession(request);
    return { session, memberId: session.memberId, name: session.name };
  }
  const session = await requireAdmin(request);
  if (of === 'organization') return { session, memberId: null, name: session.organizationName };
  const member = await findMember(context, session, of);
  return { session, memberId: member.id, name: member.name };
}

async function erase(context: HttpContext, request: FastifyRequest, body: PrivacyErase) {
  const session = await requireAdminPerson(request);
  const { organizationId } = session;
  const { databases, log } = context;
  if ('organization' in body) {
    requireRole(session, 'owner');
    requireConfirmed(body.confirm, session.organizationName, 'the name of the organization');
    const erased = await eraseOrganization(databases, organizationId);
    log.warn({ organizationId, by: session.memberId }, 'organization.erased');
    return erased;
  }
  const member = await findMember(context, session, body.userId);
  if (session.role !== 'owner' && member.role !== 'member')
    throw new PeopleError('owner_needed', `${member.name} is an ${member.role}: only an owner can do this.`);
  requireConfirmed(body.confirm, member.email, "the member's email address");
  const erasure = { organizationId, memberId: member.id, actor: toActor(session) };
  const erased = await eraseMember(databases, erasure).catch(refuse);
  log.warn({ organizationId, memberId: member.id, by: session.memberId }, 'member.erased');
  return erased;
}

async function findMember(
  { databases }: HttpContext,
  { organizationId }: Pick<Access, 'organizationId'>,
  userId: string,
) {
  const memberId = parseUuid<MemberId>(userId);
  const member =
    memberId === null
      ? null
      : await withTenant(databases, organizationId, (trx) => readMember(trx, organizationId, memberId));
  if (member === null) throw new PeopleError('unknown_member', 'The member was not found.');
  return member;
}

function requireConfirmed(typed: string, expected: string, what: string): void {
  if (typed.trim().toLowerCase() === expected.trim().toLowerCase()) return;
  throw new PeopleError('not_confirmed', `This cannot be undone. To go on, "confirm" must be ${what}.`, 'confirm');
}

function refuse(error: unknown): never {
  if (error instanceof EraseError) throw new PeopleError(error.code, error.message);
  throw error;
}

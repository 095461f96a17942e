import { endSessions, readSessions } from '../accounts/sessions.ts';
import { readSharing } from '../accounts/watch-sharing.ts';
import { endedSessionsSchema, liveSessionsSchema, sharingSchema } from '../contract/live-session.ts';
import { withTenant } from '../db/with-tenant.ts';
import { parseUuid } from '../domain/ids.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { notFound } from './problem.ts';
import { requireRole, requireSession } from './require-session.ts';

const tags = ['accounts'];

/** Where a person is signed in, and out with one, the others or all. Possible sharing is for the owner's eyes. */
export function liveSessionRoutes(app: HttpApp, context: HttpContext): void {
  const { databases } = context;
  app.route({
    method: 'GET',
    url: '/api/sessions',
    schema: { tags, summary: 'Where I am signed in', response: { 200: liveSessionsSchema } },
    handler: async (request) => {
      const sessions = await readSessions(databases, await requireSession(request));
      return {
        data: sessions.map((session) => ({
          ...session,
          createdAt: session.createdAt.toISOString(),
          lastSeenAt: session.lastSeenAt.toISOString(),
          expiresAt: session.expiresAt.toISOString(),
        })),
      };
    },
  });
  app.route<{ Params: { id: string } }>({
    method: 'DELETE',
    url: '/api/sessions/:id',
    schema: { tags, summary: 'End one of my sessions' },
    handler: async (request, reply) => {
      const session = await requireSession(request);
      const id = parseUuid(request.params.id);
      if (id === null || (await endSessions(databases, session, { id })) === 0) throw notFound('The session');
      return reply.code(204).send();
    },
  });
  for (const which of ['others', 'all'] as const)
    app.route({
      method: 'POST',
      url: `/api/sessions/end-${which}`,
      schema: {
        tags,
        summary: which === 'all' ? 'Sign out everywhere, here too' : 'End every session but this one',
        response: { 200: endedSessionsSchema },
      },
      handler: async (request) => ({ ended: await endSessions(databases, await requireSession(request), which) }),
    });
  app.route({
    method: 'GET',
    url: '/api/admin/sharing',
    schema: { tags, summary: 'Accounts that several people may be using', response: { 200: sharingSchema } },
    handler: async (request) => {
      const session = await requireSession(request);
      requireRole(session, 'owner');
      const { organizationId } = session;
      const accounts = await withTenant(databases, organizationId, (trx) => readSharing(trx, organizationId));
      return { data: accounts.map((account) => ({ ...account, lastAt: account.lastAt.toISOString() })) };
    },
  });
}

import { fromNodeHeaders } from 'better-auth/node';
import { readSession } from '../accounts/read-session.ts';
import { type SessionResponse, sessionResponseSchema, sessionStateSchema } from '../contract/session.ts';
import type { HttpApp, HttpContext, HttpReply, HttpRequest } from './context.ts';
import { signedOut } from './problem.ts';
import { refuseKey } from './require-session.ts';

const tags = ['accounts'];

/** Who is signed in. The screens ask at each start, so the session lives on here: a week after the last visit. */
export function sessionRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/session',
    schema: {
      tags,
      summary: 'Who is signed in, and in which organization',
      response: { 200: sessionResponseSchema },
    },
    handler: async (request, reply) => {
      const session = await readVisit(context, request, reply);
      if (session === null) throw signedOut();
      return session;
    },
  });
  app.route({
    method: 'GET',
    url: '/api/session/state',
    schema: {
      tags,
      summary: 'Whether anybody is signed in, and who: for screens, which ask before anybody is',
      security: [],
      response: { 200: sessionStateSchema },
    },
    handler: async (request, reply) => ({ session: await readVisit(context, request, reply) }),
  });
}

async function readVisit(
  context: HttpContext,
  request: HttpRequest,
  reply: HttpReply,
): Promise<SessionResponse | null> {
  await refuseKey(request);
  const found = await readSession(context, fromNodeHeaders(request.headers), true);
  if (!found) return null;
  request.server.ownDevices.note(found.session, request);
  if (found.cookies.length > 0) reply.header('set-cookie', [...found.cookies]);
  const { memberId, organizationId, organizationName, name, email, role, timeZone, hasTwoFactor } = found.session;
  return { userId: memberId, organizationId, organizationName, name, email, role, timezone: timeZone, hasTwoFactor };
}

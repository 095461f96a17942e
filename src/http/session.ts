import { fromNodeHeaders } from 'better-auth/node';
import { readSession } from '../accounts/read-session.ts';
import { sessionResponseSchema } from '../contract/session.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { signedOut } from './problem.ts';
import { refuseKey } from './require-session.ts';

/** Who is signed in. The screens ask at each start, so the session lives on here: a week after the last visit. */
export function sessionRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/session',
    schema: {
      tags: ['accounts'],
      summary: 'Who is signed in, and in which organization',
      response: { 200: sessionResponseSchema },
    },
    handler: async (request, reply) => {
      await refuseKey(request);
      const found = await readSession(context, fromNodeHeaders(request.headers), true);
      if (!found) throw signedOut();
      request.server.ownDevices.note(found.session, request);
      if (found.cookies.length > 0) reply.header('set-cookie', [...found.cookies]);
      const { memberId, organizationId, organizationName, name, email, role, timeZone, hasTwoFactor } = found.session;
      return {
        userId: memberId,
        organizationId,
        organizationName,
        name,
        email,
        role,
        timezone: timeZone,
        hasTwoFactor,
      };
    },
  });
}

import { createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { z } from 'zod';

/** A session for a person whom somebody else has vouched for. Never a path of its own: `auth.api.startSession` only. */
export function startSessionPlugin() {
  return {
    id: 'start-session',
    endpoints: {
      startSession: createAuthEndpoint.serverOnly(
        { method: 'POST', body: z.object({ personId: z.string() }) },
        async (context) => {
          const user = await context.context.internalAdapter.findUserById(context.body.personId);
          if (!user) throw new Error('a session for a person who is not there');
          const session = await context.context.internalAdapter.createSession(user.id, false);
          await setSessionCookie(context, { session, user });
          return context.json({ isStarted: true });
        },
      ),
    },
  };
}

import { fromNodeHeaders } from 'better-auth/node';
import { signUp } from '../accounts/sign-up.ts';
import { signUpRequestSchema, signUpResponseSchema } from '../contract/sign-up.ts';
import type { HttpApp, HttpContext } from './context.ts';

/** Sign-ups of one client in an hour; each costs a password hash and an organization. */
export const SIGN_UPS_PER_HOUR_MAX = 100;

export function signUpRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'POST',
    url: '/api/sign-up',
    schema: {
      tags: ['accounts'],
      summary: 'Make an organization and its owner; answers the session cookie',
      security: [],
      body: signUpRequestSchema,
      response: { 201: signUpResponseSchema },
    },
    config: { rateLimit: { max: SIGN_UPS_PER_HOUR_MAX, timeWindow: '1 hour' } },
    bodyLimit: 16_384,
    handler: async (request, reply) => {
      const { name, email, organizationName } = request.body;
      const made = await signUp(context, { ...request.body, headers: fromNodeHeaders(request.headers) });
      reply.header('set-cookie', [...made.cookies]);
      context.log.info({ organizationId: made.organizationId, memberId: made.memberId }, 'account.signed_up');
      const { memberId: userId, organizationId } = made;
      return reply.code(201).send({ userId, organizationId, organizationName, name, email, role: 'owner' });
    },
  });
}

import { fromNodeHeaders } from 'better-auth/node';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AUTH_PATHS } from '../accounts/create-auth.ts';
import { type SignInRequest, signInRequestSchema } from '../contract/session.ts';
import { sendProblem } from './answer-problems.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { createFailureLimit, type FailureLimit } from './failure-limit.ts';
import { Problem } from './problem.ts';
import { toAuthProblem } from './to-auth-problem.ts';
import { toClientKey, toKey } from './to-client-key.ts';

// /api/auth/*: checked here, answered by the sign-in library. Only the paths of AUTH_PATHS exist; every body is parsed
// by our schema first, since the library hands a malformed id straight to the database.

/** Wrong passwords of one client for one address (ASVS 6.1.1), and for one address from everywhere. */
export const FAILURES_PER_CLIENT_MAX = 10;
export const FAILURES_PER_EMAIL_MAX = 100;
/** Attempts of one client, right or wrong: what guessing over many addresses may cost in hashes. */
export const ATTEMPTS_PER_CLIENT_MAX = 300;
/** Wrong passwords and codes said from within one session: what a stolen cookie may guess. */
export const GUESSES_PER_SESSION_MAX = 10;
const WINDOW_MS = 15 * 60_000;

const passwordText = z.string().min(8, 'at least 8 characters').max(256, 'at most 256 characters');

const ownPassword = z.object({ password: z.string().min(1, 'your password').max(256, 'at most 256 characters') });

const BODIES: Readonly<Record<string, z.ZodType>> = {
  '/sign-in/email': signInRequestSchema,
  '/sign-out': z.unknown(),
  '/change-password': z
    .object({
      currentPassword: z.string().min(1, 'your password').max(256, 'at most 256 characters'),
      newPassword: passwordText,
    })
    .transform((body) => ({ ...body, revokeOtherSessions: true })),
  '/two-factor/enable': ownPassword,
  '/two-factor/generate-backup-codes': ownPassword,
  '/two-factor/disable': ownPassword,
  '/two-factor/verify-totp': z.object({
    code: z
      .string()
      .transform((code) => code.replace(/\s/g, ''))
      .pipe(z.string().regex(/^\d{6}$/, 'the six digits that your app shows')),
  }),
  '/two-factor/verify-backup-code': z.object({ code: z.string().trim().min(1, 'a recovery code').max(40) }),
};

/** Steps of a sign-in: nobody is signed in yet. */
const SIGN_IN_PATHS = ['/sign-in/email', '/two-factor/verify-totp', '/two-factor/verify-backup-code'];

export function authRoutes(app: HttpApp, context: HttpContext): void {
  const perClient = createFailureLimit(context.clock, { failuresMax: FAILURES_PER_CLIENT_MAX, windowMs: WINDOW_MS });
  const perEmail = createFailureLimit(context.clock, { failuresMax: FAILURES_PER_EMAIL_MAX, windowMs: WINDOW_MS });
  const perSession = createFailureLimit(context.clock, { failuresMax: GUESSES_PER_SESSION_MAX, windowMs: WINDOW_MS });
  for (const { method, path, summary } of AUTH_PATHS) {
    const body = BODIES[path];
    const isSignIn = path === '/sign-in/email';
    app.route({
      method,
      url: `/api/auth${path}`,
      schema: {
        tags: ['accounts'],
        summary,
        ...(SIGN_IN_PATHS.includes(path) ? { security: [] } : {}),
        ...(method === 'POST' && body ? { body } : {}),
      },
      bodyLimit: 16_384,
      ...(method === 'POST' ? { config: { rateLimit: { max: ATTEMPTS_PER_CLIENT_MAX, timeWindow: WINDOW_MS } } } : {}),
      handler: async (request, reply) => {
        const attempt = () => relay(context, request, reply);
        if (isSignIn) await limitFailures({ perClient, perEmail }, request, attempt);
        else await limitGuesses(perSession, request, attempt);
        return reply;
      },
    });
  }
}

async function limitFailures(
  { perClient, perEmail }: { perClient: FailureLimit; perEmail: FailureLimit },
  request: FastifyRequest,
  attempt: () => Promise<number>,
): Promise<void> {
  const email = toKey((request.body as SignInRequest).email);
  const client = `${toClientKey(request)} ${email}`;
  const wait = Math.max(perClient.secondsToWait(client), perEmail.secondsToWait(email));
  if (wait > 0)
    throw new Problem(429, `Too many wrong passwords. Try again in ${Math.ceil(wait / 60)} minutes.`, {
      code: 'too_many_failures',
      retryAfterSeconds: wait,
    });
  const status = await attempt();
  if (status === 401) {
    perClient.count(client);
    perEmail.count(email);
  } else if (status < 300) perClient.forget(client);
}

/** For what asks a signed-in person for their password or code again; without a session cookie nothing is counted. */
async function limitGuesses(
  perSession: FailureLimit,
  request: FastifyRequest,
  attempt: () => Promise<number>,
): Promise<void> {
  const cookie = /session_token=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  if (cookie === undefined) return void (await attempt());
  const session = toKey(cookie);
  const wait = perSession.secondsToWait(session);
  if (wait > 0)
    throw new Problem(429, `Too many wrong tries. Try again in ${Math.ceil(wait / 60)} minutes.`, {
      code: 'too_many_failures',
      retryAfterSeconds: wait,
    });
  const status = await attempt();
  if (status === 400 || status === 401) perSession.count(session);
}

/**
 * Hands the parsed request to the library and its answer to the client: errors as problems, sign-in without its token.
 * Returns the status sent, never the reply: that is a thenable and would be awaited.
 */
async function relay(context: HttpContext, request: FastifyRequest, reply: FastifyReply): Promise<number> {
  const headers = fromNodeHeaders(request.headers);
  headers.delete('content-length');
  const isPost = request.method === 'POST';
  if (isPost) headers.set('content-type', 'application/json');
  const answer = await context.auth.handler(
    new Request(new URL(request.url, context.publicUrl), {
      method: request.method,
      headers,
      ...(isPost ? { body: JSON.stringify(request.body ?? {}) } : {}),
    }),
  );
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  const text = await answer.text();
  const content: unknown = text === '' ? null : JSON.parse(text);
  if (answer.status >= 400) sendProblem(reply, toAuthProblem(answer.status, content));
  else reply.code(answer.status).send(withoutToken(content));
  return answer.status;
}

/** The cookie carries the session and scripts cannot read it: no answer must hand it to them. */
function withoutToken(content: unknown): unknown {
  if (typeof content !== 'object' || content === null) return content;
  const { token: _, ...rest } = content as { token?: unknown };
  return rest;
}

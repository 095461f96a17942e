import type { FastifyRequest } from 'fastify';
import { type ApiKeyGuard, type CheckedKey, createApiKeyGuard } from '../accounts/api-key-guard.ts';
import { API_KEY_MARK } from '../domain/api-scope.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { createFailureLimit, type FailureLimit } from './failure-limit.ts';
import { Problem } from './problem.ts';
import { toClientKey } from './to-client-key.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly apiKeys: ApiKeyCheck;
  }
}

interface ApiKeyCheck {
  readonly guard: ApiKeyGuard;
  readonly refused: FailureLimit;
}

/** Keys of one client that turned out to be none, in a minute: each costs a question to the database. */
export const BAD_KEYS_MAX = 60;
const BAD_KEYS_WINDOW_MS = 60_000;

export function takeApiKeys(app: HttpApp, context: HttpContext): void {
  app.decorate('apiKeys', {
    guard: createApiKeyGuard(context),
    refused: createFailureLimit(context.clock, { failuresMax: BAD_KEYS_MAX, windowMs: BAD_KEYS_WINDOW_MS }),
  });
}

/** The live key of this text; throws the 401 problem for any other, and the 429 problem after too many of those. */
export async function requireKey(request: FastifyRequest, text: string): Promise<CheckedKey> {
  const { guard, refused } = request.server.apiKeys;
  const client = toClientKey(request);
  const wait = refused.secondsToWait(client);
  if (wait > 0)
    throw new Problem(429, `Too many keys that are none. Try again in ${wait} seconds.`, {
      code: 'too_many_failures',
      retryAfterSeconds: wait,
    });
  const found = await guard.check(text);
  if (found) return found;
  refused.count(client);
  throw new Problem(401, BAD_KEY, { code: 'bad_key' });
}

/** The text after "Bearer", null without such a header. */
export function readBearer(request: FastifyRequest): string | null {
  const { authorization } = request.headers;
  return authorization === undefined ? null : (/^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '');
}

const BAD_KEY = `This API key is unknown, revoked or expired. An admin makes a new one under Settings, API keys; it begins with ${API_KEY_MARK} and is sent as Authorization: Bearer.`;

import { type ApiKeyRecord, createApiKey, readApiKeys, revokeApiKey } from '../accounts/api-keys.ts';
import { type ApiKey, apiKeyListSchema, createApiKeySchema, createdApiKeySchema } from '../contract/api-key.ts';
import { withTenant } from '../db/with-tenant.ts';
import { type ApiKeyId, parseUuid } from '../domain/ids.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { notFound, Problem } from './problem.ts';
import { requireAdminPerson, toActor } from './require-admin.ts';

const tags = ['keys'];

/** Keys of the organization, for admins who are signed in: a key cannot make another one. */
export function apiKeyRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'POST',
    url: '/api/keys',
    schema: {
      tags,
      summary: 'Make an API key; its text is answered once',
      body: createApiKeySchema,
      response: { 201: createdApiKeySchema },
    },
    handler: async (request, reply) => {
      const session = await requireAdminPerson(request);
      const { name, scopes } = request.body;
      const expiresAt = toExpiry(request.body.expiresAt, context.clock.now());
      const draft = { organizationId: session.organizationId, actor: toActor(session), name, scopes, expiresAt };
      const made = await withTenant(context.databases, session.organizationId, (trx) => createApiKey(trx, draft));
      return reply.code(201).send({ ...toAnswer(made.record), key: made.key });
    },
  });
  app.route({
    method: 'GET',
    url: '/api/keys',
    schema: { tags, summary: 'API keys, newest first', response: { 200: apiKeyListSchema } },
    handler: async (request) => {
      const { organizationId } = await requireAdminPerson(request);
      const keys = await withTenant(context.databases, organizationId, (trx) => readApiKeys(trx, organizationId));
      return { data: keys.map(toAnswer) };
    },
  });
  app.route<{ Params: { id: string } }>({
    method: 'DELETE',
    url: '/api/keys/:id',
    schema: { tags, summary: 'Revoke an API key; it stops within two seconds' },
    handler: async (request, reply) => {
      const session = await requireAdminPerson(request);
      const { organizationId } = session;
      const keyId = parseUuid<ApiKeyId>(request.params.id);
      const isFound =
        keyId !== null &&
        (await withTenant(context.databases, organizationId, (trx) =>
          revokeApiKey(trx, { organizationId, keyId, actor: toActor(session) }),
        ));
      if (!isFound) throw notFound('The key');
      return reply.code(204).send();
    },
  });
}

function toExpiry(text: string | undefined, now: number): Date | null {
  if (text === undefined) return null;
  const expiresAt = new Date(text);
  if (expiresAt.getTime() > now) return expiresAt;
  const detail = 'expected an instant in the future';
  throw new Problem(400, `expiresAt: ${detail}`, { code: 'invalid_input', errors: [{ field: 'expiresAt', detail }] });
}

function toAnswer(key: ApiKeyRecord): ApiKey {
  return {
    ...key,
    scopes: [...key.scopes],
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
  };
}

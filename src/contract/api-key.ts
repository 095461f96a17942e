import { z } from 'zod';
import { API_SCOPES } from '../domain/api-scope.ts';

/** POST /api/keys. */
export const createApiKeySchema = z
  .strictObject({
    name: z.string().trim().min(1, 'what the key is for').max(80, 'at most 80 characters'),
    scopes: z
      .array(z.enum(API_SCOPES, { error: `one of ${API_SCOPES.join(', ')}` }))
      .min(1, 'at least one scope')
      .max(API_SCOPES.length)
      .transform((scopes) => [...new Set(scopes)]),
    expiresAt: z.iso
      .datetime({ offset: true, error: 'an instant such as 2027-03-01T09:00:00Z' })
      .optional()
      .describe('When the key stops working; never when left out'),
  })
  .meta({ id: 'CreateApiKey' });

export type CreateApiKey = z.infer<typeof createApiKeySchema>;

export const apiKeySchema = z.object({
  id: z.uuid(),
  name: z.string(),
  prefix: z.string().describe('How the key begins, to tell keys apart'),
  scopes: z.array(z.enum(API_SCOPES)),
  createdBy: z.object({ userId: z.uuid(), name: z.string() }).nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable().describe('To the minute'),
  revokedAt: z.iso.datetime().nullable(),
});

export type ApiKey = z.infer<typeof apiKeySchema>;

export const createdApiKeySchema = apiKeySchema.extend({
  key: z.string().describe('Shown this once: keep it now. Send it as Authorization: Bearer …'),
});

export const apiKeyListSchema = z.object({ data: z.array(apiKeySchema) });

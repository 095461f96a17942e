import type { Document } from 'openapi-backend';

const embedText = (maxLength: number) => ({ type: 'string', maxLength });

/** The one path that we call, written from Discord's documentation with its limits. */
export const discordDocument = {
  openapi: '3.1.0',
  info: { title: 'Discord webhooks', version: '10' },
  paths: Object.fromEntries(
    ['/api', '/api/v10'].map((root, index) => [
      `${root}/webhooks/{id}/{token}`,
      {
        post: {
          operationId: index === 0 ? 'executeWebhook' : 'executeWebhookV10',
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^[0-9]{1,20}$' } },
            { name: 'token', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'wait', in: 'query', schema: { type: 'boolean' } },
            { name: 'thread_id', in: 'query', schema: { type: 'string', pattern: '^[0-9]{1,20}$' } },
          ],
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Message' } } },
          },
          responses: { '200': { description: 'the message' }, '204': { description: 'not waited for' } },
        },
      },
    ]),
  ),
  components: {
    schemas: {
      Message: {
        type: 'object',
        properties: {
          content: { type: 'string', maxLength: 2_000 },
          username: { type: 'string', minLength: 1, maxLength: 80 },
          allowed_mentions: {
            type: 'object',
            properties: { parse: { type: 'array', items: { enum: ['roles', 'users', 'everyone'] } } },
          },
          flags: { type: 'integer' },
          embeds: {
            type: 'array',
            maxItems: 10,
            items: {
              type: 'object',
              properties: {
                title: embedText(256),
                description: embedText(4_096),
                url: { type: 'string', maxLength: 2_048, pattern: '^https?://' },
                color: { type: 'integer', minimum: 0, maximum: 16_777_215 },
                timestamp: { type: 'string' },
                footer: { type: 'object', required: ['text'], properties: { text: embedText(2_048) } },
                author: { type: 'object', required: ['name'], properties: { name: embedText(256) } },
                fields: {
                  type: 'array',
                  maxItems: 25,
                  items: {
                    type: 'object',
                    required: ['name', 'value'],
                    properties: {
                      name: { type: 'string', minLength: 1, maxLength: 256 },
                      value: { type: 'string', minLength: 1, maxLength: 1_024 },
                      inline: { type: 'boolean' },
                    },
                    additionalProperties: false,
                  },
                },
              },
              additionalProperties: false,
            },
          },
        },
        additionalProperties: false,
        anyOf: [{ required: ['content'] }, { required: ['embeds'] }],
      },
    },
  },
} as Document;

import type { Document } from 'openapi-backend';

const text = (maxLength: number) => ({
  type: 'object',
  required: ['type', 'text'],
  properties: {
    type: { enum: ['plain_text', 'mrkdwn'] },
    text: { type: 'string', minLength: 1, maxLength },
    emoji: { type: 'boolean' },
    verbatim: { type: 'boolean' },
  },
  additionalProperties: false,
});

/** Slack publishes none for incoming webhooks: written from its documentation, with the block kinds that we send. */
export const slackDocument = {
  openapi: '3.1.0',
  info: { title: 'Slack incoming webhooks', version: '1' },
  paths: {
    '/services/{team}/{bot}/{secret}': {
      post: {
        operationId: 'postMessage',
        parameters: ['team', 'bot', 'secret'].map((name) => ({
          name,
          in: 'path',
          required: true,
          schema: { type: 'string', pattern: '^[A-Za-z0-9]+$' },
        })),
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['text'],
                properties: {
                  text: { type: 'string', minLength: 1, maxLength: 40_000 },
                  blocks: { type: 'array', maxItems: 50, items: { $ref: '#/components/schemas/Block' } },
                  unfurl_links: { type: 'boolean' },
                  unfurl_media: { type: 'boolean' },
                  link_names: { type: 'boolean' },
                },
                additionalProperties: false,
              },
            },
          },
        },
        responses: { '200': { description: 'ok' }, default: { description: 'the name of the error as text' } },
      },
    },
  },
  components: {
    schemas: {
      Block: {
        oneOf: [
          {
            type: 'object',
            required: ['type', 'text'],
            properties: {
              type: { enum: ['section'] },
              block_id: { type: 'string', maxLength: 255 },
              text: text(3_000),
            },
            additionalProperties: false,
          },
          {
            type: 'object',
            required: ['type', 'text'],
            properties: { type: { enum: ['header'] }, text: text(150) },
            additionalProperties: false,
          },
          {
            type: 'object',
            required: ['type', 'elements'],
            properties: {
              type: { enum: ['context'] },
              elements: { type: 'array', minItems: 1, maxItems: 10, items: text(3_000) },
            },
            additionalProperties: false,
          },
          {
            type: 'object',
            required: ['type', 'elements'],
            properties: {
              type: { enum: ['actions'] },
              elements: {
                type: 'array',
                minItems: 1,
                maxItems: 25,
                items: {
                  type: 'object',
                  required: ['type', 'text', 'url'],
                  properties: {
                    type: { enum: ['button'] },
                    text: text(75),
                    url: { type: 'string', maxLength: 3_000, pattern: '^https?://' },
                    action_id: { type: 'string', maxLength: 255 },
                    style: { enum: ['primary', 'danger'] },
                  },
                  additionalProperties: false,
                },
              },
            },
            additionalProperties: false,
          },
          {
            type: 'object',
            required: ['type'],
            properties: { type: { enum: ['divider'] } },
            additionalProperties: false,
          },
        ],
      },
    },
  },
} as Document;

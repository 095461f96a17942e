import swagger from '@fastify/swagger';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../contract/problem.ts';
import type { HttpApp } from './context.ts';
import { type ApiDocument, toApiPage } from './to-api-page.ts';

/** Gathers the routes registered after it; call it before the first one. */
export async function gatherOpenapi(app: HttpApp, publicUrl: string): Promise<void> {
  z.globalRegistry.has(problemSchema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'MailTracker', version: '1', description: DESCRIPTION },
      servers: [{ url: publicUrl }],
      security: [{ session: [] }, { key: [] }],
      components: {
        securitySchemes: {
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: toCookieName(publicUrl),
            description: 'Set by sign-up and sign-in',
          },
          key: { type: 'http', scheme: 'bearer', description: 'An API key; what it may do is in its scopes' },
        },
      },
    },
    transform: createJsonSchemaTransform({ skipList: ['/*'] }),
    transformObject: createJsonSchemaTransformObject({}),
  });
}

/** The document of everything gathered, the pixels of the collector among it, and the same as a page for people. */
export function openapiRoutes(app: HttpApp): void {
  app.route({
    method: 'GET',
    url: '/api/openapi.json',
    schema: { tags: ['operations'], summary: 'This document', security: [], response: { 200: z.unknown() } },
    handler: (_request, reply) => {
      document ??= JSON.stringify(read());
      return reply.type('application/json; charset=utf-8').serializer(String).send(document);
    },
  });
  app.route({
    method: 'GET',
    url: '/api/docs',
    schema: { hide: true },
    handler: (_request, reply) => {
      page ??= toApiPage(read() as unknown as ApiDocument);
      return reply.type('text/html; charset=utf-8').serializer(String).send(page);
    },
  });
  const read = () => complete(app.swagger() as unknown as OpenapiDocument);
  let document: string | null = null;
  let page: string | null = null;
}

const DESCRIPTION =
  'Errors are problem documents (RFC 9457). A session cookie comes from POST /api/sign-up or POST /api/auth/sign-in/email; requests that change something must carry the Origin header of this site.';

interface OpenapiDocument {
  paths: Record<string, Record<string, { responses?: Record<string, unknown> }>>;
}

function complete(document: OpenapiDocument): OpenapiDocument {
  for (const operations of Object.values(document.paths))
    for (const operation of Object.values(operations))
      operation.responses = { ...toNamed(operation.responses ?? {}), default: PROBLEM_RESPONSE };
  return { ...document, paths: { ...document.paths, ...PIXEL_PATHS } };
}

/** A route that names no answer has none to give but that it is done. */
function toNamed(responses: Record<string, unknown>): Record<string, unknown> {
  const [[status, answer] = [], ...others] = Object.entries(responses);
  const isUnnamed = others.length === 0 && status === '200' && !Object.hasOwn(answer as object, 'content');
  return isUnnamed ? { 204: { description: 'Done' } } : responses;
}

const PROBLEM_RESPONSE = {
  description: 'A problem',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const GIF_RESPONSE = {
  200: { description: 'A transparent GIF of 43 bytes, whatever was asked for', content: { 'image/gif': {} } },
};
const TOKEN_PARAMETER = { name: 'token', in: 'path', required: true, schema: { type: 'string' } };

/** Served by the collector, past this server's routes. */
const PIXEL_PATHS = {
  '/api/t/u/{token}': {
    get: {
      tags: ['pixels'],
      summary: "A member's pixel",
      security: [],
      parameters: [TOKEN_PARAMETER],
      responses: GIF_RESPONSE,
    },
  },
  '/api/t/p/{token}': {
    get: {
      tags: ['pixels'],
      summary: "A campaign's pixel",
      security: [],
      parameters: [TOKEN_PARAMETER],
      responses: GIF_RESPONSE,
    },
  },
  '/api/t/health': {
    get: {
      tags: ['pixels'],
      summary: 'Whether the collector lives',
      security: [],
      responses: { 200: { description: 'It does' } },
    },
  },
};

function toCookieName(publicUrl: string): string {
  return `${publicUrl.startsWith('https://') ? '__Host-' : ''}mailtracker.session_token`;
}

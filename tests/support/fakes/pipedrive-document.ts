import type { Document } from 'openapi-backend';

// Pipedrive's document carries no licence: this is written from its reference pages, our calls only.

const id = { type: 'integer', minimum: 1 };
const inPath = { name: 'id', in: 'path', required: true, schema: id };
const inQuery = (name: string, schema: object, required = false) => ({ name, in: 'query', required, schema });
const body = (schema: object) => ({ required: true, content: { 'application/json': { schema } } });
const responses = {
  '200': { description: 'done' },
  '201': { description: 'made' },
  default: { description: 'an error' },
};
const subjects = { deal_id: id, person_id: id, org_id: id, lead_id: { type: 'string' } };
const activity = {
  type: 'object',
  properties: {
    subject: { type: 'string', maxLength: 255 },
    type: { type: 'string' },
    done: { type: 'boolean' },
    deal_id: id,
    note: { type: 'string' },
    participants: {
      type: 'array',
      items: { type: 'object', required: ['person_id'], properties: { person_id: id, primary: { type: 'boolean' } } },
    },
  },
  additionalProperties: false,
};

export const pipedriveDocument = {
  openapi: '3.1.0',
  info: { title: 'Pipedrive', version: '1 and 2' },
  paths: {
    '/v1/notes': {
      post: {
        operationId: 'addNote',
        requestBody: body({
          type: 'object',
          required: ['content'],
          properties: { content: { type: 'string', minLength: 1, maxLength: 100_000 }, ...subjects },
          additionalProperties: false,
          anyOf: Object.keys(subjects).map((subject) => ({ required: [subject] })),
        }),
        responses,
      },
      get: {
        operationId: 'getNotes',
        parameters: [
          inQuery('deal_id', id),
          inQuery('person_id', id),
          inQuery('start', { type: 'integer' }),
          inQuery('limit', { type: 'integer' }),
          inQuery('sort', { type: 'string' }),
        ],
        responses,
      },
    },
    '/v1/notes/{id}': {
      put: {
        operationId: 'updateNote',
        parameters: [inPath],
        requestBody: body({
          type: 'object',
          properties: { content: { type: 'string', minLength: 1, maxLength: 100_000 }, ...subjects },
          additionalProperties: false,
        }),
        responses,
      },
    },
    '/api/v2/activities': {
      post: {
        operationId: 'addActivity',
        requestBody: body({ ...activity, required: ['subject', 'type'] }),
        responses,
      },
      get: {
        operationId: 'getActivities',
        parameters: [
          inQuery('deal_id', id),
          inQuery('person_id', id),
          inQuery('limit', { type: 'integer' }),
          inQuery('sort_by', { type: 'string' }),
          inQuery('sort_direction', { type: 'string' }),
        ],
        responses,
      },
    },
    '/api/v2/activities/{id}': {
      patch: { operationId: 'updateActivity', parameters: [inPath], requestBody: body(activity), responses },
    },
    '/api/v2/persons/search': {
      get: {
        operationId: 'searchPersons',
        parameters: [
          inQuery('term', { type: 'string', minLength: 1 }, true),
          inQuery('fields', { enum: ['custom_fields', 'email', 'notes', 'phone', 'name'] }),
          inQuery('exact_match', { type: 'boolean' }),
          inQuery('limit', { type: 'integer', maximum: 100 }),
        ],
        responses,
      },
    },
    '/api/v2/deals': {
      get: {
        operationId: 'getDeals',
        parameters: [
          inQuery('person_id', id),
          inQuery('status', { enum: ['open', 'won', 'lost', 'deleted'] }),
          inQuery('sort_by', { type: 'string' }),
          inQuery('sort_direction', { type: 'string' }),
          inQuery('limit', { type: 'integer', maximum: 500 }),
        ],
        responses,
      },
    },
    '/v1/users/me': { get: { operationId: 'getCurrentUser', responses } },
  },
} as Document;

import type { Document } from 'openapi-backend';

// HubSpot's own documents are not licensed for others: this is written from its reference pages, our calls only.

const properties = { type: 'object', additionalProperties: { type: 'string' } };
const noteProperties = (required: readonly string[]) => ({
  ...properties,
  required,
  properties: {
    hs_note_body: { type: 'string', maxLength: 65_536 },
    hs_timestamp: { type: 'string', pattern: '^(\\d{13}|\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z)$' },
    hubspot_owner_id: { type: 'string' },
  },
});
const inPath = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string', minLength: 1 } });
const inQuery = (name: string, schema: object = { type: 'string' }) => ({ name, in: 'query', schema });
const listOf = (name: string) => inQuery(name, { type: 'array', items: { type: 'string' } });
const body = (schema: object) => ({ required: true, content: { 'application/json': { schema } } });
const responses = {
  '200': { description: 'done' },
  '201': { description: 'made' },
  default: { description: 'an error' },
};
const read = (operationId: string, id: string) => ({
  operationId,
  parameters: [
    inPath(id),
    listOf('associations'),
    listOf('properties'),
    inQuery('idProperty'),
    inQuery('archived', { type: 'boolean' }),
  ],
  responses,
});

export const hubspotDocument = {
  openapi: '3.1.0',
  info: { title: 'HubSpot CRM objects', version: '3' },
  paths: {
    '/crm/v3/objects/notes': {
      post: {
        operationId: 'createNote',
        requestBody: body({
          type: 'object',
          required: ['properties'],
          properties: {
            properties: noteProperties(['hs_timestamp']),
            associations: {
              type: 'array',
              items: {
                type: 'object',
                required: ['to', 'types'],
                properties: {
                  to: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
                  types: {
                    type: 'array',
                    minItems: 1,
                    items: {
                      type: 'object',
                      required: ['associationCategory', 'associationTypeId'],
                      properties: {
                        associationCategory: { enum: ['HUBSPOT_DEFINED', 'USER_DEFINED', 'INTEGRATOR_DEFINED'] },
                        associationTypeId: { type: 'integer' },
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
        }),
        responses,
      },
    },
    '/crm/v3/objects/notes/{noteId}': {
      get: read('readNote', 'noteId'),
      delete: { operationId: 'archiveNote', parameters: [inPath('noteId')], responses },
      patch: {
        operationId: 'updateNote',
        parameters: [inPath('noteId')],
        requestBody: body({
          type: 'object',
          required: ['properties'],
          properties: { properties: noteProperties([]) },
          additionalProperties: false,
        }),
        responses,
      },
    },
    '/crm/v3/objects/notes/batch/read': {
      post: {
        operationId: 'readNotes',
        parameters: [inQuery('archived', { type: 'boolean' })],
        requestBody: body({
          type: 'object',
          required: ['inputs', 'properties', 'propertiesWithHistory'],
          properties: {
            inputs: {
              type: 'array',
              maxItems: 100,
              items: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
            },
            properties: { type: 'array', items: { type: 'string' } },
            propertiesWithHistory: { type: 'array', items: { type: 'string' } },
            idProperty: { type: 'string' },
          },
        }),
        responses,
      },
    },
    '/crm/v3/objects/contacts/{contactId}': { get: read('readContact', 'contactId') },
    '/crm/v3/objects/deals/{dealId}': { get: read('readDeal', 'dealId') },
    '/account-info/v3/details': { get: { operationId: 'readAccount', responses } },
  },
} as Document;

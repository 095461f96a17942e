import type { RequestContext, ResponseContext } from '@hubspot/api-client/lib/codegen/crm/objects/notes/index.js';
import type { SafeRequest } from '../../safe-fetch.ts';
import type { CrmExchange } from '../crm-exchange.ts';

export const HUBSPOT_BASE = 'https://api.hubapi.com';

/**
 * The APIs of HubSpot's SDK that we need, on our own line. The SDK's `Client` is left aside: it waits without a limit,
 * follows redirects, and keeps its limiter and its retries in one place for all tenants. Loaded when first needed.
 */
export async function openHubspot(exchange: CrmExchange, { base, token }: { base: string; token: string }) {
  const [notes, contacts, deals] = await Promise.all([
    import('@hubspot/api-client/lib/codegen/crm/objects/notes/index.js'),
    import('@hubspot/api-client/lib/codegen/crm/contacts/index.js'),
    import('@hubspot/api-client/lib/codegen/crm/deals/index.js'),
  ]);
  const send = (request: Request) => talk(exchange, request);
  const authMethods = { oauth2: { accessToken: token } };
  const notesConfiguration = notes.createConfiguration({
    baseServer: new notes.ServerConfiguration(base, {}),
    httpApi: notes.wrapHttpLibrary({ send }),
    authMethods,
  });
  return {
    notes: new notes.BasicApi(notesConfiguration),
    noteBatches: new notes.BatchApi(notesConfiguration),
    contacts: new contacts.BasicApi(
      contacts.createConfiguration({
        baseServer: new contacts.ServerConfiguration(base, {}),
        httpApi: contacts.wrapHttpLibrary({ send }),
        authMethods,
      }),
    ),
    deals: new deals.BasicApi(
      deals.createConfiguration({
        baseServer: new deals.ServerConfiguration(base, {}),
        httpApi: deals.wrapHttpLibrary({ send }),
        authMethods,
      }),
    ),
    hubspotDefined: notes.AssociationSpecAssociationCategoryEnum.HubspotDefined,
  };
}

export type Hubspot = Awaited<ReturnType<typeof openHubspot>>;

/** Each of the SDK's APIs has its own class of it, all alike. */
interface Request {
  getUrl(): string;
  getHttpMethod(): string;
  getHeaders(): Record<string, string>;
  getBody(): ReturnType<RequestContext['getBody']>;
}

async function talk(exchange: CrmExchange, request: Request): Promise<ResponseContext> {
  const { ResponseContext } = await import('@hubspot/api-client/lib/codegen/crm/objects/notes/index.js');
  const body = request.getBody();
  const answer = await exchange.request(request.getUrl(), {
    method: request.getHttpMethod() as SafeRequest['method'],
    headers: request.getHeaders(),
    ...(typeof body === 'string' ? { body } : {}),
  });
  return new ResponseContext(answer.status, Object.fromEntries(answer.headers), {
    text: async () => answer.text,
    binary: async () => Buffer.from(answer.text),
  });
}

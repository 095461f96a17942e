import type { Configuration } from 'pipedrive/v1';
import type { SafeRequest } from '../../safe-fetch.ts';
import type { CrmExchange } from '../crm-exchange.ts';

export const PIPEDRIVE_BASE = 'https://api.pipedrive.com';

/**
 * The APIs of Pipedrive's SDK that we need. Notes exist in version 1 only, all else is version 2. Its axios gets our own
 * line as adapter: axios would read proxies from the environment, follow redirects and wait without a limit, and the
 * SDK drops status and headers of an error. Loaded when first needed.
 */
export async function openPipedrive(exchange: CrmExchange, { base, token }: { base: string; token: string }) {
  const [first, second] = await Promise.all([import('pipedrive/v1'), import('pipedrive/v2')]);
  const adapter = (asked: Asked) => talk(exchange, asked);
  const configure = (configuration: Configuration) => Object.assign(configuration, { baseOptions: { adapter } });
  const old = configure(new first.Configuration({ apiKey: token, basePath: `${base}/v1` }));
  const now = configure(new second.Configuration({ apiKey: token, basePath: `${base}/api/v2` }));
  return {
    notes: new first.NotesApi(old),
    users: new first.UsersApi(old),
    activities: new second.ActivitiesApi(now),
    persons: new second.PersonsApi(now),
    deals: new second.DealsApi(now),
  };
}

export type Pipedrive = Awaited<ReturnType<typeof openPipedrive>>;

/** What axios hands to an adapter, as far as we need it. */
interface Asked {
  readonly url?: string;
  readonly method?: string;
  readonly headers: { toJSON(): Record<string, unknown> };
  readonly data?: unknown;
}

async function talk(exchange: CrmExchange, asked: Asked) {
  const answer = await exchange.request(asked.url ?? '', {
    method: (asked.method ?? 'get').toUpperCase() as SafeRequest['method'],
    headers: Object.fromEntries(Object.entries(asked.headers.toJSON()).map(([name, value]) => [name, String(value)])),
    ...(typeof asked.data === 'string' ? { body: asked.data } : {}),
  });
  if (answer.status < 200 || answer.status >= 300) throw new PipedriveRefusal(answer.status);
  return {
    data: answer.text,
    status: answer.status,
    statusText: '',
    headers: Object.fromEntries(answer.headers),
    config: asked,
  };
}

/** An error of our own and not of axios, whose errors carry the token in their `config`. */
export class PipedriveRefusal extends Error {
  constructor(status: number) {
    super(`Pipedrive answered ${status}`);
  }
}

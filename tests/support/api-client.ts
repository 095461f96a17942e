import type { RunningServer } from './running-server.ts';

/** A signed-in person as a browser would be, without the browser: keeps the cookie, sends the Origin. */
export interface ApiClient {
  get<T>(path: string): Promise<{ status: number; body: T }>;
  post<T>(path: string, body: unknown): Promise<{ status: number; body: T }>;
  put<T>(path: string, body: unknown): Promise<{ status: number; body: T }>;
  delete<T>(path: string): Promise<{ status: number; body: T }>;
}

export async function signUp(server: Pick<RunningServer, 'url'>, name = 'Sam Reed'): Promise<ApiClient> {
  const email = `${name.toLowerCase().replace(/\W+/g, '.')}.${Math.random().toString(36).slice(2, 10)}@example.com`;
  const client = createClient(server.url);
  const answer = await client.post('/api/sign-up', {
    name,
    email,
    password: 'correct horse battery staple',
    organizationName: 'Acme Corp',
  });
  if (answer.status !== 201) throw new Error(`sign-up answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return client;
}

export function createClient(url: string): ApiClient {
  const cookies = new Map<string, string>();
  const call = async <T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        origin: url,
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? null : JSON.parse(text)) as T };
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    delete: (path) => call('DELETE', path),
  };
}

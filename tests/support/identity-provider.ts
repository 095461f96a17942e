import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** A real OpenID provider on loopback, with accounts of its own and its own log-in and consent pages. */
export interface IdentityProvider {
  readonly issuer: string;
  /** Registers a person; `login` is their subject. */
  add(person: { login: string; email: string; name?: string; email_verified?: boolean }): void;
  /** Follows the address as a person's browser would, signs in as `login`, and answers where it is sent back to. */
  signIn(address: string, login: string): Promise<URL>;
  close(): Promise<void>;
}

export const CLIENT = { clientId: 'mailtracker', clientSecret: 'a client secret of the tests' };
export const OTHER_CLIENT = { clientId: 'another', clientSecret: 'a client secret of another' };

export async function startIdentityProvider(redirectUri: string): Promise<IdentityProvider> {
  const people = new Map<string, Record<string, unknown>>();
  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const server = createServer((request, response) => answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [CLIENT, OTHER_CLIENT].map(({ clientId, clientSecret }) => ({
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    })),
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['a cookie key of the tests'] },
    findAccount: (_context, login) => {
      const claims = people.get(login);
      return claims && { accountId: login, claims: () => ({ sub: login, ...claims }) };
    },
  });
  answer = provider.callback();
  return {
    issuer,
    add: ({ login, ...claims }) => void people.set(login, { email_verified: true, name: login, ...claims }),
    signIn: (address, login) => browse(address, login, redirectUri),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const STEPS_MAX = 12;

/** Fills in the log-in page and the consent page, keeping cookies, until it is sent to the redirect address. */
async function browse(address: string, login: string, redirectUri: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let form: URLSearchParams | null = null;
  let at = new URL(address);
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const answer = await fetch(at, {
      method: form === null ? 'GET' : 'POST',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      body: form,
      redirect: 'manual',
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    form = null;
    const location = answer.headers.get('location');
    if (location !== null) {
      at = new URL(location, at);
      if (at.href.startsWith(redirectUri)) return at;
      continue;
    }
    const page = await answer.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    const action = /action="([^"]+)"/.exec(page)?.[1];
    if (prompt === undefined || action === undefined)
      throw new Error(`the provider answered ${answer.status}: ${page.replace(/<[^>]+>|\s+/g, ' ').slice(-300)}`);
    form = new URLSearchParams(prompt === 'login' ? { prompt, login, password: 'any' } : { prompt });
    at = new URL(action, at);
  }
  throw new Error('the provider never sent the browser back');
}

import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSafeFetch } from './create-safe-fetch.ts';
import { createOutboundRules } from './outbound-rules.ts';
import type { HostAddress, ResolveHost } from './resolve-host.ts';
import { ANSWER_BYTES_MAX, SendError } from './safe-fetch.ts';

// A sentinel listens on every address of this machine and counts connections: each row tries to get one of them made.

let sentinel: Server;
let port: number;
let touched = 0;

beforeAll(async () => {
  sentinel = createServer((socket) => {
    touched += 1;
    socket.destroy();
  });
  sentinel.listen(0, '::');
  await once(sentinel, 'listening');
  port = (sentinel.address() as AddressInfo).port;
});
afterAll(async () => {
  sentinel.close();
  await once(sentinel, 'close');
});

const REQUEST = { method: 'POST', headers: {}, body: '{}', timeoutMs: 2_000 } as const;
const family = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);
const toResolve =
  (...addresses: string[]): ResolveHost =>
  async () =>
    addresses.map((address): HostAddress => ({ address, family: family(address) }));

async function tryFetch(url: string, options: { allow?: string[]; resolve?: ResolveHost } = {}): Promise<string> {
  const rules = createOutboundRules({ allow: options.allow ?? [], isTrial: false });
  const client = createSafeFetch({ rules, resolve: options.resolve ?? toResolve('127.0.0.1') });
  try {
    return `status ${(await client.fetch(url, REQUEST)).status}`;
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    return error.fault;
  } finally {
    await client.close();
  }
}

/** Hosts as a tenant may write them; PORT is the sentinel's. */
const LITERALS = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '127.0.0.1.',
  '127.255.255.254',
  '0.0.0.0',
  '0',
  '１２７.０.０.１',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[::7f00:1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::1]',
  '[100:0:0:1::1]',
  '[fe80::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[ff02::1]',
  '[2001:db8::1]',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '192.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
];

describe('what leads inside reaches nothing', () => {
  test.each(LITERALS)('https://%s is refused when it is added, and again when it is sent to', async (host) => {
    const rules = createOutboundRules({ allow: [], isTrial: false });
    expect(rules.refuseUrl(`https://${host}:${port}/`)).toMatch(/inside of a network|no address/);
    expect(await tryFetch(`https://${host}:${port}/`)).toBe('blocked');
    expect(touched).toBe(0);
  });

  test.each([
    'http://example.com/',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    'javascript:alert(1)',
    'https://user:secret@example.com/',
    'https://user@example.com/',
    'https://',
    'not an address',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://app.localhost/',
    'https://metadata.google.internal/',
    'https://printer.local/',
    'https://database/',
  ])('%s is refused when it is added, and again when it is sent to', async (url) => {
    const rules = createOutboundRules({ allow: [], isTrial: false });
    expect(rules.refuseUrl(url)).not.toBeNull();
    expect(await tryFetch(url)).toBe('blocked');
    expect(touched).toBe(0);
  });

  test.each<[string, string[]]>([
    ['a public name for loopback', ['127.0.0.1']],
    ['a public name for IPv6 loopback', ['::1']],
    ['a mapped address', ['::ffff:127.0.0.1']],
    ['a compatible address', ['::127.0.0.1']],
    ['a translated address (NAT64)', ['64:ff9b::7f00:1']],
    ['a local translated address', ['64:ff9b:1::7f00:1']],
    ['a 6to4 address', ['2002:7f00:1::']],
    ['the metadata service', ['169.254.169.254']],
    ['a private network', ['10.0.0.1']],
    ['a unique local address', ['fd00::1']],
    ['an unspecified address', ['0.0.0.0']],
    ['public and private answers mixed', ['93.184.216.34', '127.0.0.1']],
    ['private and public answers mixed', ['127.0.0.1', '93.184.216.34']],
    ['public IPv6 and loopback mixed', ['2606:2800:220:1::1', '::1']],
    ['an answer that is no address', ['not-an-address']],
  ])('a resolver that answers %s reaches nothing', async (_title, addresses) => {
    expect(await tryFetch(`https://hooks.example.com:${port}/`, { resolve: toResolve(...addresses) })).toBe('blocked');
    expect(touched).toBe(0);
  });

  test('a name that changes its answer between two deliveries is judged each time it is connected to', async () => {
    const allowed = await startAllowed();
    const answers = [['127.0.0.2'], ['127.0.0.1'], ['127.0.0.2', '127.0.0.1']];
    const resolve: ResolveHost = async () => (await toResolve(...(answers.shift() ?? []))('')) as HostAddress[];
    const url = `http://hooks.example.com:${allowed.port}/`;
    const options = { allow: ['127.0.0.2'], resolve };
    expect(await tryFetch(url, options)).toBe('status 200');
    expect(await tryFetch(url.replace(String(allowed.port), String(port)), options)).toBe('blocked');
    expect(await tryFetch(url, options)).toBe('blocked');
    expect(allowed.hits()).toBe(1);
    expect(touched).toBe(0);
    await allowed.close();
  });

  test('a redirect inside is an answer like any other', async () => {
    const allowed = await startAllowed(`http://127.0.0.1:${port}/`);
    expect(await tryFetch(`http://127.0.0.2:${allowed.port}/`, { allow: ['127.0.0.2'] })).toBe('status 302');
    expect(touched).toBe(0);
    await allowed.close();
  });

  test('plain http stays refused for a public address that the operator did not list', async () => {
    const resolve = toResolve('93.184.216.34');
    expect(await tryFetch(`http://hooks.example.com:${port}/`, { allow: ['127.0.0.2'], resolve })).toBe('blocked');
  });

  test('proxies of the environment are not heard', async () => {
    const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = name.startsWith('NODE') ? '1' : `http://127.0.0.1:${port}`;
    const allowed = await startAllowed();
    try {
      expect(await tryFetch(`http://127.0.0.2:${allowed.port}/`, { allow: ['127.0.0.2'] })).toBe('status 200');
    } finally {
      for (const [index, name] of names.entries()) {
        if (before[index] === undefined) delete process.env[name];
        else process.env[name] = before[index];
      }
      await allowed.close();
    }
    expect(touched).toBe(0);
  });

  test('the sentinel is seen by whoever may reach it, so that none of the above is for nothing', async () => {
    expect(await tryFetch(`http://127.0.0.1:${port}/`, { allow: ['127.0.0.0/8'] })).toBe('reset');
    expect(touched).toBe(1);
    touched = 0;
  });
});

describe('a trial on loopback', () => {
  const rules = createOutboundRules({ allow: [], isTrial: true });

  test('lets a receiver beside the server be reached, by its plain name or address only', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) expect(rules.refuseUrl(`http://${host}:9/`)).toBeNull();
    for (const host of ['[::ffff:127.0.0.1]', '10.0.0.1', '169.254.169.254', 'app.localhost'])
      expect(rules.refuseUrl(`http://${host}:9/`)).not.toBeNull();
    expect(rules.isAllowedAddress('127.0.0.1', { host: 'evil.example.com', isSecure: true })).toBe(false);
    expect(rules.isAllowedAddress('10.0.0.1', { host: 'localhost', isSecure: true })).toBe(false);
  });
});

describe('an answer', () => {
  const request = async (answer: Parameters<typeof startHttp>[0], timeoutMs = 2_000) => {
    const server = await startHttp(answer);
    const client = createSafeFetch({ rules: createOutboundRules({ allow: ['127.0.0.0/8'], isTrial: false }) });
    const startedAt = performance.now();
    const result = await client
      .fetch(`http://127.0.0.1:${server.port}/`, { ...REQUEST, timeoutMs })
      .catch((error: SendError) => error);
    await client.close();
    await server.close();
    return { result, ms: performance.now() - startedAt };
  };

  test('without end is cut, and its connection closed', async () => {
    const { result } = await request((response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 97)));
      };
      response.on('drain', more).on('error', () => undefined);
      more();
    });
    expect(result).toMatchObject({ status: 200 });
    expect((result as { text: string }).text.length).toBe(ANSWER_BYTES_MAX);
  });

  test('that drips is given up when its time is over, body and all', async () => {
    const { result, ms } = await request((response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    }, 300);
    expect(result).toMatchObject({ fault: 'timeout' });
    expect(ms).toBeLessThan(1_500);
  });

  test('that never comes is given up when its time is over', async () => {
    const { result } = await request(() => undefined, 300);
    expect(result).toMatchObject({ fault: 'timeout' });
  });

  test('cut short by the other side, and no listener at all, are told apart', async () => {
    expect((await request((response) => void response.destroy())).result).toMatchObject({ fault: 'reset' });
    expect(await tryFetch('http://127.0.0.1:1/', { allow: ['127.0.0.1'] })).toBe('unreachable');
    expect(await tryFetch('https://hooks.example.com/', { resolve: async () => [] })).toBe('unreachable');
  });

  test('a certificate that nobody vouches for is no answer', async () => {
    const server = createServer((socket) => void socket.end('not TLS'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await tryFetch(url, { allow: ['127.0.0.1'] })).toBe('tls');
    server.close();
  });
});

async function startHttp(answer: (response: import('node:http').ServerResponse) => void, host = '127.0.0.1') {
  const server: HttpServer = createHttpServer((request, response) => {
    request.resume();
    answer(response);
  });
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** On 127.0.0.2, which plays the public address. */
async function startAllowed(location: string | null = null) {
  let hits = 0;
  const server = await startHttp((response) => {
    hits += 1;
    if (location === null) response.end('ok');
    else response.writeHead(302, { location }).end();
  }, '127.0.0.2');
  return { ...server, hits: () => hits };
}

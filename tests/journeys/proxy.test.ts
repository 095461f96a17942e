import { once } from 'node:events';
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer, waitFor } from '../support/running-server.ts';
import { startCaddy } from '../support/start-caddy.ts';
import { startNginx } from '../support/start-nginx.ts';
import type { TestProxy } from '../support/test-proxy.ts';

// The proxies of deploy/ before a real server, over TLS. Addresses of 127.0.0.0/8 are the clients: each is one that the
// proxy sees and MailTracker does not, unless the proxy tells it.

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148';

let server: RunningServer;
let proxy: TestProxy;
beforeAll(async () => {
  const env = { PUBLIC_URL: 'https://crm.example.com', PIXEL_URL: 'https://t.example.com', TRUST_PROXY: '1' };
  server = await startServer({ env: { ...env, METRICS_TOKEN: 'a-token-of-tests-alone' } });
});
afterAll(() => server?.stop());

describe.each([
  ['nginx', startNginx],
  ['Caddy', startCaddy],
])('behind %s', (name, startProxy) => {
  let cookie = '';
  let pixelPath = '';
  beforeAll(async () => {
    proxy = await startProxy(server.port);
    const signedUp = await ask('crm.example.com', '/api/sign-up', {
      method: 'POST',
      headers: { origin: 'https://crm.example.com', 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'Sam Reed',
        email: `sam@${name}.example.com`,
        password: 'correct horse battery staple',
        organizationName: 'Acme Corp',
      }),
    });
    expect(signedUp.status, signedUp.text).toBe(201);
    const set = signedUp.headers['set-cookie']?.[0] ?? '';
    expect(set).toMatch(/^__Host-.*; Secure/);
    cookie = set.slice(0, set.indexOf(';'));
    const { pixelUrl } = JSON.parse((await ask('crm.example.com', '/api/signatures/me', { headers: { cookie } })).text);
    expect(pixelUrl).toMatch(/^https:\/\/t\.example\.com\/api\/t\/u\//);
    pixelPath = new URL(pixelUrl).pathname;
  });
  afterAll(() => proxy?.stop());

  test('two addresses are two readers, and ten spoofed X-Forwarded-For make none', async () => {
    const load = (localAddress: string, forwarded?: string) =>
      ask('t.example.com', pixelPath, {
        localAddress,
        headers: { 'user-agent': IPHONE, ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }) },
      });
    for (let last = 1; last <= 10; last += 1) await load('127.0.0.2', `203.0.113.${last}`);
    await load('127.0.0.3', '203.0.113.1, 127.0.0.2');
    const opens = await waitFor(async () => {
      const { text } = await ask('crm.example.com', '/api/tracking/opens', { headers: { cookie } });
      const { data } = JSON.parse(text);
      const loads = data.reduce((sum: number, open: { loads: number }) => sum + open.loads, 0);
      return loads === 11 ? data : null;
    }, 'eleven loads in the list of opens');
    expect(opens.map(({ loads }: { loads: number }) => loads).sort()).toEqual([1, 10]);
    expect(opens.every(({ verdict }: { verdict: string }) => verdict === 'human')).toBe(true);
    expect(server.output()).not.toContain('203.0.113.');
  });

  test("a pixel's headers come through as they were sent, and its request is in no log of ours", async () => {
    const direct = await fetch(`${server.url}${pixelPath}`);
    const through = await ask('t.example.com', pixelPath, {});
    // What belongs to one connection, or names the proxy itself.
    const hops = ['connection', 'keep-alive', 'date', 'server', 'transfer-encoding', 'alt-svc', 'via'];
    const toKept = (headers: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => !hops.includes(name)));
    expect(toKept(through.headers)).toEqual(toKept(Object.fromEntries(direct.headers)));
    expect(through.bytes).toEqual(Buffer.from(await direct.arrayBuffer()));
    expect((await ask('crm.example.com', pixelPath, {})).bytes).toEqual(through.bytes);
    expect(await proxy.logs()).not.toContain('/api/t/');
  });

  test('live updates leave at once', async () => {
    const live = await open('crm.example.com', '/api/live', { headers: { cookie } });
    expect(live.statusCode).toBe(200);
    expect(live.headers['content-type']).toContain('text/event-stream');
    let text = '';
    live.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    await waitFor(async () => text.includes('event: hello'), 'the greeting');
    const began = performance.now();
    await ask('t.example.com', pixelPath, { localAddress: '127.0.0.4', headers: { 'user-agent': IPHONE } });
    await waitFor(async () => text.includes('event: open'), 'the open');
    expect(performance.now() - began).toBeLessThan(3_000);
    live.destroy();
  });

  test('screens are for one name, pixels for the other, figures for neither, and http leads to https', async () => {
    expect((await ask('crm.example.com', '/readyz', {})).status).toBe(200);
    expect((await ask('t.example.com', '/why', {})).status).toBe(200);
    for (const path of ['/', '/readyz', '/api/session', '/sign-in'])
      expect((await ask('t.example.com', path, {})).status, path).toBe(404);
    const headers = { authorization: 'Bearer a-token-of-tests-alone' };
    expect((await fetch(`${server.url}/metrics`, { headers })).status).toBe(200);
    expect((await ask('crm.example.com', '/metrics', { headers })).status).toBe(404);
    const plain = get({
      host: '127.0.0.1',
      port: proxy.httpPort,
      path: '/sign-in?a=b',
      headers: { host: 'crm.example.com' },
    });
    const [{ statusCode, headers: led }] = await once(plain, 'response');
    expect([statusCode, led.location]).toEqual([308, 'https://crm.example.com/sign-in?a=b']);
    plain.destroy();
  });
});

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whence it comes, as the proxy sees it. */
  readonly localAddress?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

async function ask(host: string, path: string, asked: Asked): Promise<Answer> {
  const answer = await open(host, path, asked);
  const chunks: Buffer[] = [];
  answer.on('data', (chunk) => chunks.push(chunk));
  await once(answer, 'end');
  const bytes = Buffer.concat(chunks);
  return { status: answer.statusCode ?? 0, headers: answer.headers, bytes, text: bytes.toString() };
}

/** The certificate is checked for the name. */
async function open(host: string, path: string, { body, headers, ...asked }: Asked): Promise<IncomingMessage> {
  const asking = request({
    host: '127.0.0.1',
    port: proxy.httpsPort,
    servername: host,
    ca: proxy.certificate,
    agent: false,
    path,
    headers: { host, ...headers },
    ...asked,
  });
  asking.end(body);
  const [answer] = await once(asking, 'response');
  return answer;
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { readSession } from '../accounts/read-session.ts';
import { problemSchema } from '../contract/problem.ts';
import { openDatabases } from '../db/open-databases.ts';
import { SIGN_UPS_PER_HOUR_MAX } from './sign-up.ts';

let databases: TestDatabase;
let http: StartedHttp;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

const person = (email: string) => ({ name: 'Ada', email, password: 'nine walnut ladders', organizationName: 'Acme' });

test.each([
  ['an email address that is none', { email: 'ada at example' }, 'email', /email address/],
  ['a short password', { password: 'seven77' }, 'password', /at least 8 characters/],
  ['a password beyond 256 characters', { password: 'x'.repeat(257) }, 'password', /at most 256/],
  ['an empty name', { name: '   ' }, 'name', /your name/],
  ['no organization', { organizationName: undefined }, 'organizationName', /expected string/],
  ['a number for a name', { name: 7 }, 'name', /expected string/],
  ['a time zone nobody knows', { timezone: 'Mars/Olympus' }, 'timezone', /IANA/],
  ['a common password', { password: 'password123' }, 'password', /commonest/],
])('%s is answered by a problem that names the field and what was expected', async (_what, wrong, field, expected) => {
  const answer = await http.send('POST', '/api/sign-up', { body: { ...person('field@example.com'), ...wrong } });
  expect(answer.status).toBe(400);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const problem = problemSchema.parse(answer.body);
  expect(problem.errors).toEqual([{ field, detail: expect.stringMatching(expected) }]);
  expect(answer.text).not.toContain('ada at example');
});

test('every wrong field is named at once', async () => {
  const answer = await http.send('POST', '/api/sign-up', { body: {} });
  expect(answer.body.errors.map((error: { field: string }) => error.field)).toEqual([
    'name',
    'email',
    'password',
    'organizationName',
  ]);
});

test('an email address that is taken is a conflict that names the field', async () => {
  await http.send('POST', '/api/sign-up', { body: person('taken@example.com') });
  const answer = await http.send('POST', '/api/sign-up', { body: person('Taken@example.com') });
  expect(answer.status).toBe(409);
  expect(answer.body).toMatchObject({ code: 'email_taken', errors: [{ field: 'email' }] });
});

const json = (body: string): RequestInit => ({ body, headers: { 'content-type': 'application/json' } });

test.each<[string, string, RequestInit, number]>([
  ['broken JSON', 'POST /api/sign-up', json('{"name":'), 400],
  ['no JSON at all', 'POST /api/sign-up', { body: 'name=x', headers: { 'content-type': 'text/xml' } }, 415],
  ['a body beyond the limit', 'POST /api/sign-up', json(JSON.stringify({ name: 'x'.repeat(20_000) })), 413],
  ['a prototype in disguise', 'POST /api/sign-up', json('{"__proto__":{"role":"owner"}}'), 400],
  ['an address that does not decode', 'GET /api/%E0%A4%A', {}, 400],
  ['an unknown path of the API', 'GET /api/nothing', {}, 404],
  ['the API itself', 'GET /api', {}, 404],
  ['a method nobody serves', 'DELETE /api/session', {}, 404],
])('%s is answered by a problem document without a stack', async (_what, route, options, status) => {
  const [method, path] = route.split(' ');
  const answer = await fetch(http.url + path, { method: method ?? '', ...options });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  const text = await answer.text();
  expect(problemSchema.parse(JSON.parse(text)).status).toBe(status);
  expect(text).not.toMatch(/node_modules|\.[mc]?[tj]s:\d|\\n/);
});

test('while the database is away the API says so and readiness is red, without telling its address', async () => {
  const away = openDatabases('postgres://somebody:hunter2@127.0.0.1:1/nothing');
  const server = await startHttp(away);
  const before = await startHttp(databases);
  try {
    const answer = await server.send('POST', '/api/sign-up', { body: person('away@example.com') });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(answer.body).toMatchObject({ code: 'database_away' });
    const { cookie } = await signUpOwner(before, 'Wanda Waiting');
    const session = await server.send('GET', '/api/session', { headers: { cookie } });
    expect(session.status).toBe(503);
    expect(session.body).toMatchObject({ code: 'database_away' });
    const backAgain = { ...before.app.mailtracker, auth: server.app.mailtracker.auth };
    await expect(readSession(backAgain, new Headers({ cookie }))).rejects.toThrow('ECONNREFUSED');
    const printed = vi.spyOn(console, 'error');
    const signIn = await server.send('POST', '/api/auth/sign-in/email', { body: person('away@example.com') });
    expect(signIn.status).toBe(503);
    expect(printed).not.toHaveBeenCalled();
    const ready = await server.send('GET', '/readyz');
    expect(ready.status).toBe(503);
    expect(ready.body).toMatchObject({ ok: false, checks: { database: { ok: false } } });
    expect(answer.text + ready.text + server.logLines.join('')).not.toMatch(/hunter2|127\.0\.0\.1/);
  } finally {
    await server.app.close();
    await before.app.close();
    await away.close();
  }
});

test('readiness tells each check, and one that is red makes all red', async () => {
  expect((await http.send('GET', '/readyz')).body).toEqual({
    ok: true,
    checks: { database: { ok: true, detail: 'answers' } },
  });
  const server = await startHttp(databases, {
    readiness: async () => ({ spool: { ok: false, detail: '7 minutes behind' } }),
  });
  try {
    const answer = await server.send('GET', '/readyz');
    expect(answer.status).toBe(503);
    expect(answer.body.checks).toEqual({
      database: { ok: true, detail: 'answers' },
      spool: { ok: false, detail: '7 minutes behind' },
    });
  } finally {
    await server.app.close();
  }
});

test('pixels go to the collector, past every hook and header of the API', async () => {
  const answer = await http.send('GET', '/api/t/u/whatever');
  expect(answer.text).toBe('pixel');
  expect([...answer.headers.keys()].sort()).toEqual(['connection', 'content-length', 'date', 'keep-alive']);
});

test('answers of the API are never cached and forbid framing, scripts of others and sniffing', async () => {
  const { headers } = await http.send('GET', '/api/session');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain('upgrade-insecure-requests');
  expect(headers.get('strict-transport-security')).toBeNull();
});

test('served by https, browsers are told to stay there', async () => {
  const server = await startHttp(databases, { publicUrl: 'https://mail.example.com' });
  try {
    const { headers } = await server.send('GET', '/readyz');
    expect(headers.get('strict-transport-security')).toContain('max-age=31536000');
  } finally {
    await server.app.close();
  }
});

test('a client that signs up too often is told to wait, by a limit on that client alone', async () => {
  const server = await startHttp(databases, { trustProxy: 1 });
  const from = (address: string) =>
    server.send('POST', '/api/sign-up', { body: {}, headers: { 'x-forwarded-for': address } });
  try {
    for (let time = 0; time < SIGN_UPS_PER_HOUR_MAX; time += 1) expect((await from('198.51.100.7')).status).toBe(400);
    const refused = await from('198.51.100.7');
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ status: 429, code: 'too_many_requests' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_000);
    expect((await from('198.51.100.8')).status).toBe(400);
  } finally {
    await server.app.close();
  }
});

test('the OpenAPI document lists every route of the API, names no schema it does not hold and lets every operation fail', async () => {
  const { body: document } = await http.send('GET', '/api/openapi.json');
  expect(document.openapi).toBe('3.1.0');
  const routes = toRoutes(http.app.printRoutes({ commonPrefix: false }));
  // Pages are for browsers: what programs may ask stands under these.
  const served = routes.filter((route) => / \/(?:api|metrics|readyz)\b/.test(route) && route !== 'GET /api/docs');
  expect(served.length).toBeGreaterThan(9);
  const listed = Object.entries<object>(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  );
  expect(listed).toEqual(expect.arrayContaining(served));
  expect(listed).toContain('GET /api/t/u/:token');
  for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
    expect(document.components.schemas).toHaveProperty([name ?? '']);
  for (const operation of Object.values<Record<string, { responses: object }>>(document.paths).flatMap(Object.values))
    expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
  expect(document.paths['/api/sign-up'].post.responses).toHaveProperty('default');
});

test('the screens: index.html for every address of theirs, built files for ever, missing files are missing', async () => {
  const webDir = await mkdtemp(join(tmpdir(), 'mailtracker-web-'));
  await mkdir(join(webDir, 'assets'));
  await writeFile(join(webDir, 'index.html'), '<!doctype html><title>screens</title>');
  await writeFile(join(webDir, 'assets', 'app-5f3a.js'), 'export {};');
  await writeFile(join(webDir, '.secret'), 'hidden');
  const server = await startHttp(databases, { webDir });
  try {
    for (const path of ['/', '/index.html', '/engagement', '/campaigns/7?days=30']) {
      const page = await server.send('GET', path);
      expect([path, page.status, page.headers.get('cache-control')]).toEqual([path, 200, 'no-cache']);
      expect(page.text).toContain('screens');
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    }
    const script = await server.send('GET', '/assets/app-5f3a.js');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('content-type')).toContain('javascript');
    for (const path of ['/assets/old-1a2b.js', '/favicon.ico', '/.secret', '/..%2f..%2fpackage.json', '/api/none'])
      expect([path, (await server.send('GET', path)).status]).toEqual([path, 404]);
    expect((await server.send('POST', '/engagement', { body: {} })).status).toBe(404);
  } finally {
    await server.app.close();
    await rm(webDir, { recursive: true });
  }
});

test('without built screens the start page says what to do', async () => {
  const page = await http.send('GET', '/');
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.text).toContain('npm run build');
});

test('close ends at once although a client keeps its connection alive', async () => {
  const server = await startHttp(databases);
  const agent = new Agent({ keepAlive: true });
  await readStatus(`${server.url}/api/session`, agent);
  const began = performance.now();
  await server.app.close();
  expect(performance.now() - began).toBeLessThan(1_000);
  agent.destroy();
});

test('an answer under way when close begins is delivered whole and says Connection: close', async () => {
  const gate = toDeferred();
  const asked = toDeferred();
  const readiness = async () => {
    asked.resolve();
    await gate.promise;
    return {};
  };
  const server = await startHttp(databases, { readiness });
  const answering = server.send('GET', '/readyz');
  await asked.promise;
  const closed = server.app.close();
  await expect.poll(() => server.app.server.listening).toBe(false);
  gate.resolve();
  const answer = await answering;
  expect(answer.headers.get('connection')).toBe('close');
  expect(answer.body.checks.process).toEqual({ ok: false, detail: 'shutting down' });
  await closed;
});

test('while clients are asked to leave, the API and the pixels still answer and say Connection: close', async () => {
  const server = await startHttp(databases, { drainMs: 400 });
  const agent = new Agent({ keepAlive: true });
  await readStatus(`${server.url}/api/session`, agent);
  const closed = server.app.close();
  expect(await readStatus(`${server.url}/api/session`, agent)).toEqual({ status: 401, connection: 'close' });
  expect(await readStatus(`${server.url}/api/t/u/x`, agent)).toEqual({ status: 200, connection: 'close' });
  await closed;
  agent.destroy();
});

test('a request that never ends is cut off at the deadline of close', async () => {
  const server = await startHttp(databases, { deadlineMs: 200 });
  const { port } = new URL(server.url);
  const socket: Socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write('POST /api/sign-up HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{');
  await expect.poll(() => isConnected(server)).toBe(true);
  const began = performance.now();
  await server.app.close();
  expect(performance.now() - began).toBeLessThan(2_000);
  socket.destroy();
});

function isConnected(server: StartedHttp): Promise<boolean> {
  return new Promise((resolve) => server.app.server.getConnections((_error, count) => resolve(count > 0)));
}

function readStatus(
  url: string,
  agent: Agent,
): Promise<{ status: number | undefined; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent }, (answer) => {
      answer.resume().on('end', () => resolve({ status: answer.statusCode, connection: answer.headers.connection }));
    });
    sent.on('error', reject).end();
  });
}

/** "GET /a/b" for each line of Fastify's tree, whose depth is told by four characters a level. */
function toRoutes(tree: string): string[] {
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^([│├└─\s]*)(\/?\S*)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    const depth = indent.length / 4;
    parents.length = Math.max(0, depth - 1);
    const path = parents.join('') + part;
    parents.push(part);
    return methods
      .split(', ')
      .filter((method) => !['', 'HEAD', 'OPTIONS'].includes(method))
      .map((method) => `${method} ${path}`);
  });
}

function toDeferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

test('the metrics are for whoever holds the token, and not there at all without one', async () => {
  const token = 'a token of the scraper';
  const server = await startHttp(databases, { metricsToken: token });
  expect((await http.send('GET', '/metrics')).status).toBe(404);
  expect((await server.send('GET', '/metrics')).status).toBe(401);
  expect((await server.send('GET', '/metrics', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
  const answer = await server.send('GET', '/metrics', { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('text/plain');
  await server.app.close();
});

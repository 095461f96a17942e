import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';

let databases: TestDatabase;
let http: StartedHttp;
let cookie: string;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases, { publicUrl: 'http://mail.example.com' });
  const body = { name: 'Ada', email: 'ada@example.com', password: 'nine walnut ladders', organizationName: 'Acme' };
  cookie = (await http.send('POST', '/api/sign-up', { body })).cookie ?? '';
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

const revoke = (headers: Record<string, string>) =>
  http.send('POST', '/api/sessions/end-others', { headers: { cookie, ...headers } });

test.each([
  ['another site', { origin: 'https://evil.example' }],
  ['another site that ends like ours', { origin: 'http://evil-mail.example.com' }],
  ['another port of our host', { origin: 'http://mail.example.com:8080' }],
  ['a sandboxed frame', { origin: 'null' }],
  ['something that is no address', { origin: 'mail.example.com' }],
  ['another site by Sec-Fetch-Site', { 'sec-fetch-site': 'cross-site' }],
  ['a sister site by Sec-Fetch-Site', { 'sec-fetch-site': 'same-site' }],
  ['nowhere, with a session cookie', {}],
])('a change asked for by %s is refused with a problem', async (_who, headers) => {
  const answer = await revoke(headers as Record<string, string>);
  expect(answer.status).toBe(403);
  expect(answer.body).toMatchObject({ status: 403, code: 'foreign_origin' });
});

test('a change asked for by our own pages is done, under PUBLIC_URL or whatever host it was reached by', async () => {
  expect((await revoke({ origin: 'http://mail.example.com' })).status).toBe(200);
  expect((await revoke({ origin: http.url })).status).toBe(200);
  const { port } = new URL(http.url);
  expect((await revoke({ origin: `http://127.0.0.1:${port}` })).status).toBe(200);
  expect((await revoke({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
});

test('a foreign site cannot sign anybody in or up, even without a cookie', async () => {
  const headers = { origin: 'https://evil.example' };
  const body = { name: 'Eve', email: 'eve@example.com', password: 'nine walnut ladders', organizationName: 'Evil' };
  expect((await http.send('POST', '/api/sign-up', { body, headers })).status).toBe(403);
  expect((await http.send('POST', '/api/auth/sign-in/email', { body, headers })).status).toBe(403);
});

test('reading needs no Origin', async () => {
  const answer = await http.send('GET', '/api/session', { headers: { cookie, origin: 'https://evil.example' } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});

test('a form of another site cannot be a request: only JSON is taken', async () => {
  const answer = await fetch(`${http.url}/api/auth/sign-in/email`, {
    method: 'POST',
    body: new URLSearchParams({ email: 'ada@example.com', password: 'nine walnut ladders' }),
  });
  expect(answer.status).toBe(415);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { RUNNING_MAX, WAITING_MAX } from '../accounts/passwords.ts';
import { sessionResponseSchema } from '../contract/session.ts';
import { FAILURES_PER_CLIENT_MAX } from './auth.ts';

let databases: TestDatabase;
let http: StartedHttp;
let people = 0;

const PASSWORD = 'nine walnut ladders';

async function signUp(server: StartedHttp = http): Promise<Answer & { email: string }> {
  people += 1;
  const email = `person${people}@example.com`;
  const body = { name: `Person ${people}`, email, password: PASSWORD, organizationName: 'Acme Corp' };
  const answer = await server.send('POST', '/api/sign-up', { body });
  expect(answer.status).toBe(201);
  return { ...answer, email };
}

const signIn = (email: string, password = PASSWORD, headers: Record<string, string> = {}) =>
  http.send('POST', '/api/auth/sign-in/email', { body: { email, password }, headers });

const withCookie = (cookie: string | null, more: Record<string, string> = {}) => ({ cookie: cookie ?? '', ...more });

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

test('sign-up answers 201 with a cookie that is a session at once', async () => {
  const made = await signUp();
  expect(made.body).toMatchObject({ email: made.email, organizationName: 'Acme Corp', role: 'owner' });
  const session = await http.send('GET', '/api/session', { headers: withCookie(made.cookie) });
  expect(session.status).toBe(200);
  expect(sessionResponseSchema.strict().parse(session.body)).toMatchObject({
    userId: made.body.userId,
    role: 'owner',
    timezone: null,
  });
});

test('sign-in, session, sign-out: afterwards the cookie is worth nothing', async () => {
  const { email } = await signUp();
  const signed = await signIn(email.toUpperCase());
  expect(signed.status).toBe(200);
  expect(signed.body).not.toHaveProperty('token');
  expect((await http.send('GET', '/api/session', { headers: withCookie(signed.cookie) })).status).toBe(200);
  const out = await http.send('POST', '/api/auth/sign-out', {
    headers: withCookie(signed.cookie, { origin: http.url }),
  });
  expect(out.status).toBe(200);
  const after = await http.send('GET', '/api/session', { headers: withCookie(signed.cookie) });
  expect(after.status).toBe(401);
  expect(after.body).toMatchObject({ status: 401, code: 'signed_out' });
});

test.each([
  ['http://localhost:3000', /^mailtracker\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/],
  [
    'https://mail.example.com',
    /^__Host-mailtracker\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  ],
])('served at %s every cookie has the name and the attributes it should', async (publicUrl, expected) => {
  const server = await startHttp(databases, { publicUrl });
  try {
    const cookies = (await signUp(server)).headers.getSetCookie();
    expect(cookies).toHaveLength(1);
    expect(cookies[0]).toMatch(expected);
  } finally {
    await server.app.close();
  }
});

test('a wrong password and an unknown address get the same answer', async () => {
  const { email } = await signUp();
  const wrong = await signIn(email, 'nine walnut snakes');
  const unknown = await signIn('nobody@example.com');
  expect(wrong.status).toBe(401);
  expect(wrong.headers.get('content-type')).toContain('application/problem+json');
  expect(unknown.text).toBe(wrong.text);
  expect(wrong.cookie).toBeNull();
});

test('after 10 wrong passwords even the right one has to wait, for this address only', async () => {
  const victim = await signUp();
  const other = await signUp();
  for (let failure = 0; failure < FAILURES_PER_CLIENT_MAX; failure += 1)
    expect((await signIn(victim.email, 'wrong one here')).status).toBe(401);
  const refused = await signIn(victim.email);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800);
  expect(refused.body).toMatchObject({ code: 'too_many_failures' });
  expect((await signIn(other.email)).status).toBe(200);
});

test('a deactivated member is out at the next request and cannot sign in again', async () => {
  const { email, cookie, body } = await signUp();
  await databases.system
    .updateTable('organization_users')
    .set({ deactivated_at: new Date() })
    .where('id', '=', body.userId)
    .execute();
  expect((await http.send('GET', '/api/session', { headers: withCookie(cookie) })).status).toBe(401);
  const again = await signIn(email);
  expect(again.status).toBe(403);
  expect(again.body).toMatchObject({ code: 'deactivated' });
  expect(again.cookie).toBeNull();
});

test('who was deactivated in one organization goes on in the other', async () => {
  const first = await signUp();
  const second = await signUp();
  const member = await databases.system
    .selectFrom('organization_users')
    .select('user_id')
    .where('id', '=', first.body.userId)
    .executeTakeFirstOrThrow();
  await databases.system
    .insertInto('organization_users')
    .values({ organization_id: second.body.organizationId, user_id: member.user_id, role: 'member', name: 'Guest' })
    .execute();
  await databases.system
    .updateTable('organization_users')
    .set({ deactivated_at: new Date() })
    .where('id', '=', first.body.userId)
    .execute();
  const session = await http.send('GET', '/api/session', { headers: withCookie(first.cookie) });
  expect(session.body).toMatchObject({ organizationId: second.body.organizationId, role: 'member', name: 'Guest' });
});

test.each([
  ['no cookie at all', ''],
  ['a token without its signature', 'mailtracker.session_token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
  [
    'a token with a signature of somebody else',
    'mailtracker.session_token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%3D',
  ],
  ['rubbish', 'mailtracker.session_token=%%%; =;;'],
])('%s is no session', async (_name, cookie) => {
  const answer = await http.send('GET', '/api/session', { headers: { cookie } });
  expect(answer.status).toBe(401);
});

test('an expired session is refused', async () => {
  const { cookie, body } = await signUp();
  await databases.system
    .updateTable('sessions')
    .set({ expires_at: new Date(Date.now() - 1_000) })
    .where('active_organization_id', '=', body.organizationId)
    .execute();
  expect((await http.send('GET', '/api/session', { headers: withCookie(cookie) })).status).toBe(401);
});

test('a session in use lives on: past a day its end moves and the cookie is set anew', async () => {
  const { cookie, body } = await signUp();
  const soon = new Date(Date.now() + 5 * 86_400_000);
  await databases.system
    .updateTable('sessions')
    .set({ expires_at: soon })
    .where('active_organization_id', '=', body.organizationId)
    .execute();
  const answer = await http.send('GET', '/api/session', { headers: withCookie(cookie) });
  expect(answer.cookie?.split('=')[0]).toBe('mailtracker.session_token');
  const row = await databases.system
    .selectFrom('sessions')
    .select('expires_at')
    .where('active_organization_id', '=', body.organizationId)
    .executeTakeFirstOrThrow();
  expect(row.expires_at.getTime()).toBeGreaterThan(soon.getTime() + 86_400_000);
});

test('changing the password ends the other sessions, and a common one is refused', async () => {
  const { email, cookie } = await signUp();
  const other = await signIn(email);
  const change = (newPassword: string) =>
    http.send('POST', '/api/auth/change-password', {
      body: { currentPassword: PASSWORD, newPassword },
      headers: withCookie(cookie, { origin: http.url }),
    });
  const common = await change('password123');
  expect(common.status).toBe(400);
  expect(common.body).toMatchObject({ code: 'password_too_common' });
  expect((await change('twelve velvet anvils')).status).toBe(200);
  expect((await http.send('GET', '/api/session', { headers: withCookie(other.cookie) })).status).toBe(401);
  expect((await signIn(email)).status).toBe(401);
  expect((await signIn(email, 'twelve velvet anvils')).status).toBe(200);
});

test.each([
  ['POST', '/api/auth/sign-up/email'],
  ['POST', '/api/auth/organization/create'],
  ['POST', '/api/auth/organization/accept-invitation'],
  ['POST', '/api/auth/organization/update-member-role'],
  ['POST', '/api/auth/delete-user'],
  ['POST', '/api/auth/two-factor/send-otp'],
  ['POST', '/api/auth/two-factor/get-totp-uri'],
  ['GET', '/api/auth/ok'],
  ['GET', '/api/auth/get-session'],
  ['GET', '/api/auth/list-sessions'],
  ['POST', '/api/auth/revoke-session'],
])('%s %s of the library is not served', async (method, path) => {
  const answer = await http.send(method, path, { body: method === 'POST' ? {} : undefined });
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
});

const sentinel = '203.0.113.77';

test('no address of a client is stored or logged, whatever headers say', async () => {
  const server = await startHttp(databases, { trustProxy: ['127.0.0.1'] });
  try {
    const headers = {
      'x-forwarded-for': sentinel,
      'x-real-ip': sentinel,
      'cf-connecting-ip': sentinel,
      forwarded: `for=${sentinel}`,
    };
    const body = { name: 'Sentinel', email: 'sentinel@example.com', password: PASSWORD, organizationName: 'Acme' };
    expect((await server.send('POST', '/api/sign-up', { body, headers })).status).toBe(201);
    await server.send('POST', '/api/auth/sign-in/email', {
      body: { email: body.email, password: 'wrong password' },
      headers,
    });
    await server.send('POST', '/api/auth/sign-in/email', { body: { email: body.email, password: PASSWORD }, headers });
    const rows = await databases.system.selectFrom('sessions').selectAll().execute();
    expect(rows.every((row) => row.ip_address === null)).toBe(true);
    expect(JSON.stringify(rows)).not.toContain(sentinel);
    expect(server.logLines.length).toBeGreaterThan(3);
    expect(server.logLines.join('\n')).not.toMatch(/203\.0\.113|127\.0\.0\.1/);
  } finally {
    await server.app.close();
  }
});

test('no password, cookie, token or email address is logged by any of this', () => {
  const log = http.logLines.join('\n');
  expect(log).toContain('POST /api/auth/sign-in/email');
  expect(log).not.toMatch(/walnut|velvet|session_token|@example\.com/);
});

test('when too many passwords are being checked, sign-in and sign-up say to try again and count nothing as wrong', async () => {
  const { email } = await signUp();
  const { password } = await http.context.auth.$context;
  let isCrowded = true;
  const crowd = Array.from({ length: RUNNING_MAX + WAITING_MAX }, async (_, index) => {
    while (isCrowded) await password.hash(`nobody's password ${index}`);
  });
  const signedIn = await signIn(email);
  const body = { name: 'Late', email: 'late@example.com', password: PASSWORD, organizationName: 'Late' };
  const signedUp = await http.send('POST', '/api/sign-up', { body });
  isCrowded = false;
  for (const answer of [signedIn, signedUp]) {
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(answer.body).toMatchObject({ code: 'too_busy' });
  }
  await Promise.all(crowd);
  expect((await signIn(email)).status).toBe(200);
});

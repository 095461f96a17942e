import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinOrganization, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type Answer, type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import type { PersonId } from '../domain/ids.ts';

let databases: TestDatabase;
let http: StartedHttp;
let people = 0;

const PASSWORD = 'nine walnut ladders';
const DAY_MS = 86_400_000;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases, { trustProxy: ['127.0.0.1'] });
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

async function signUp(): Promise<{ email: string; cookie: string; personId: PersonId }> {
  people += 1;
  const email = `sessions${people}@example.com`;
  const body = { name: `Person ${people}`, email, password: PASSWORD, organizationName: 'Acme Corp' };
  const answer = await http.send('POST', '/api/sign-up', { body });
  const person = await databases.system
    .selectFrom('users')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirstOrThrow();
  return { email, cookie: answer.cookie ?? '', personId: person.id };
}

const signIn = (email: string, headers: Record<string, string> = {}) =>
  http.send('POST', '/api/auth/sign-in/email', { body: { email, password: PASSWORD }, headers });

function ask(cookie: string | null, method: string, path: string, body?: unknown): Promise<Answer> {
  return http.send(method, path, { body, headers: { cookie: cookie ?? '', origin: http.url } });
}

const isSignedIn = async (cookie: string | null) => (await ask(cookie, 'GET', '/api/session')).status === 200;

describe('at most five', () => {
  test('the sixth sign-in ends the oldest session', async () => {
    const { email, cookie } = await signUp();
    const cookies = [cookie];
    for (let index = 0; index < 5; index += 1) cookies.push((await signIn(email)).cookie ?? '');
    const live = await Promise.all(cookies.map(isSignedIn));
    expect(live).toEqual([false, true, true, true, true, true]);
  });

  test('12 sign-ins at once leave five', async () => {
    const { email, personId } = await signUp();
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(email)));
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    const rows = await databases.system.selectFrom('sessions').select('id').where('user_id', '=', personId).execute();
    expect(rows).toHaveLength(5);
  });
});

describe('lifetime', () => {
  test('a week without use ends a session, and no session outlives 30 days', async () => {
    const { cookie, personId } = await signUp();
    const read = () =>
      databases.system
        .selectFrom('sessions')
        .select(['created_at', 'expires_at'])
        .where('user_id', '=', personId)
        .executeTakeFirstOrThrow();
    const first = await read();
    expect(first.expires_at.getTime() - first.created_at.getTime()).toBeCloseTo(7 * DAY_MS, -4);
    const madeAt = Date.now() - 28 * DAY_MS;
    await databases.system
      .updateTable('sessions')
      .set({ created_at: new Date(madeAt), expires_at: new Date(Date.now() + DAY_MS) })
      .where('user_id', '=', personId)
      .execute();
    expect(await isSignedIn(cookie)).toBe(true);
    expect((await read()).expires_at.getTime()).toBeCloseTo(madeAt + 30 * DAY_MS, -3);
  });
});

describe('seeing and ending them', () => {
  test('they are listed by device, without agent, address or token', async () => {
    const { email, cookie } = await signUp();
    await signIn(email, {
      'user-agent':
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
    });
    const listed = await ask(cookie, 'GET', '/api/sessions');
    expect(listed.body.data).toHaveLength(2);
    expect(listed.body.data.map((one: { device: string }) => one.device)).toContain('Chrome on Windows');
    expect(listed.body.data.filter((one: { isCurrent: boolean }) => one.isCurrent)).toHaveLength(1);
    const rows = await databases.system.selectFrom('sessions').selectAll().execute();
    expect(JSON.stringify(rows)).not.toMatch(/Mozilla|AppleWebKit|127\.0\.0/);
    for (const row of rows) expect(listed.text).not.toContain(row.token);
  });

  test('when it was last seen is noted to the minute', async () => {
    const { cookie, personId } = await signUp();
    const hourAgo = new Date(Date.now() - 3_600_000);
    await databases.system
      .updateTable('sessions')
      .set({ last_seen_at: hourAgo })
      .where('user_id', '=', personId)
      .execute();
    const listed = await ask(cookie, 'GET', '/api/sessions');
    expect(Date.now() - Date.parse(listed.body.data[0].lastSeenAt)).toBeLessThan(60_000);
  });

  test('one, the others, or all', async () => {
    const { email, cookie } = await signUp();
    const [second, third, fourth] = [await signIn(email), await signIn(email), await signIn(email)];
    const own = (await ask(second.cookie, 'GET', '/api/sessions')).body.data.find(
      (one: { isCurrent: boolean }) => one.isCurrent,
    );
    expect((await ask(cookie, 'DELETE', `/api/sessions/${own.id}`)).status).toBe(204);
    expect(await isSignedIn(second.cookie)).toBe(false);
    expect((await ask(cookie, 'DELETE', `/api/sessions/${own.id}`)).status).toBe(404);
    expect((await ask(third.cookie, 'POST', '/api/sessions/end-others')).body).toEqual({ ended: 2 });
    expect([await isSignedIn(cookie), await isSignedIn(fourth.cookie)]).toEqual([false, false]);
    expect((await ask(third.cookie, 'POST', '/api/sessions/end-all')).body).toEqual({ ended: 1 });
    expect(await isSignedIn(third.cookie)).toBe(false);
  });

  test("another person's session is not found", async () => {
    const [one, other] = [await signUp(), await signUp()];
    const { id } = (await ask(one.cookie, 'GET', '/api/sessions')).body.data[0];
    expect((await ask(other.cookie, 'DELETE', `/api/sessions/${id}`)).status).toBe(404);
    expect(await isSignedIn(one.cookie)).toBe(true);
  });
});

test('a stolen cookie dies when the password changes, also the one the change was made with', async () => {
  const { email, cookie } = await signUp();
  const other = await signIn(email);
  const body = { currentPassword: PASSWORD, newPassword: 'twelve velvet anvils', revokeOtherSessions: false };
  const changed = await ask(cookie, 'POST', '/api/auth/change-password', body);
  expect(changed.status).toBe(200);
  expect(changed.body).not.toHaveProperty('token');
  expect(await isSignedIn(cookie)).toBe(false);
  expect(await isSignedIn(other.cookie)).toBe(false);
  expect(await isSignedIn(changed.cookie)).toBe(true);
});

describe('possible sharing', () => {
  test('three networks in an hour are shown to the owner as a number, two are not', async () => {
    const owner = await signUpOwner(http);
    const shared = await joinOrganization(http, owner.organizationId, { name: 'Shared Sam' });
    const travelling = await joinOrganization(http, owner.organizationId, { name: 'Travelling Tess' });
    const from = (person: typeof owner, address: string) =>
      http.send('GET', '/api/tracking/my-stats', {
        headers: { cookie: person.cookie, 'x-forwarded-for': address },
      });
    for (const address of ['203.0.113.7', '203.0.113.8', '198.51.100.4', '2001:db8:1:2::3'])
      await from(shared, address);
    for (const address of ['203.0.113.7', '198.51.100.4']) await from(travelling, address);
    await expect
      .poll(async () => (await owner.get('/api/admin/sharing')).body.data)
      .toMatchObject([{ userId: shared.memberId, name: 'Shared Sam', networks: 3, hours: 1 }]);
    const rows = await databases.system.selectFrom('member_sharing_hours').selectAll().execute();
    expect(JSON.stringify(rows) + http.logLines.join('')).not.toMatch(/203\.0\.113|198\.51|2001:db8/);
    expect((await shared.get('/api/admin/sharing')).status).toBe(403);
  });
});

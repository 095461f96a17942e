import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let admin: SignedIn;
let member: SignedIn;
let stranger: SignedIn;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  stranger = await signUpOwner(http, 'Sven Stranger');
  const { organizationId } = owner;
  admin = await joinOrganization(http, organizationId, { role: 'admin', name: 'Ada Admin' });
  member = await joinOrganization(http, organizationId);
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

async function takeExport(by: SignedIn, of?: string) {
  const answer = await by.get(`/api/privacy/export${of === undefined ? '' : `?of=${of}`}`);
  const lines =
    answer.status === 200
      ? answer.text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];
  return { ...answer, lines };
}

const readEmail = async (person: SignedIn) => (await person.get('/api/session')).body.email as string;
const erase = (by: SignedIn, body: object) => by.post('/api/privacy/erase', body);

test('everybody takes what is known of themselves, as a file of lines that says when it is whole', async () => {
  const { lines, headers, text } = await takeExport(member);
  expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  expect(headers.get('content-disposition')).toContain('export.jsonl');
  expect(lines[0].export).toMatchObject({ userId: member.memberId, organizationId: owner.organizationId });
  expect(lines.at(-1).end.rows).toMatchObject({ organization_users: 1, users: 1, signature_user_tracking: 1 });
  expect(text).not.toContain(owner.memberId);
});

test('admins take a member’s and the organization’s, and the log says so', async () => {
  expect((await takeExport(admin, member.memberId)).lines[0].export.userId).toBe(member.memberId);
  expect((await takeExport(admin, 'organization')).lines.at(-1).end.rows.organization_users).toBe(3);
  const { data } = (await admin.get('/api/audit-log?action=privacy.exported&limit=2')).body;
  expect(data.map((line: { subject: { id: string } }) => line.subject.id)).toEqual([
    owner.organizationId,
    member.memberId,
  ]);
});

test('a member takes nobody else’s, and nobody another organization’s', async () => {
  for (const of of ['organization', admin.memberId]) expect((await takeExport(member, of)).status).toBe(403);
  expect((await takeExport(stranger, member.memberId)).status).toBe(404);
  expect((await takeExport(admin, 'all')).status).toBe(400);
  expect((await http.send('GET', '/api/privacy/export')).status).toBe(401);
});

test('an export that is broken off frees its place for the next', async () => {
  for (let n = 0; n < 5; n += 1) {
    const stop = new AbortController();
    const headers = { cookie: owner.cookie };
    const answer = await fetch(`${http.url}/api/privacy/export?of=organization`, { headers, signal: stop.signal });
    expect(answer.status).toBe(200);
    stop.abort();
    await expect(answer.text()).rejects.toThrow();
  }
  await expect.poll(async () => (await takeExport(owner, 'organization')).status).toBe(200);
});

test('a member is erased only by who may, and only when their address was typed', async () => {
  const leaver = await joinOrganization(http, owner.organizationId, { name: 'Lea Leaver' });
  const userId = leaver.memberId;
  const confirm = await readEmail(leaver);
  expect((await erase(member, { userId, confirm })).status).toBe(403);
  expect((await erase(stranger, { userId, confirm })).status).toBe(404);
  expect(await erase(admin, { userId, confirm: 'yes' })).toMatchObject({
    status: 400,
    body: { code: 'not_confirmed' },
  });
  expect((await erase(admin, { userId: owner.memberId, confirm: await readEmail(owner) })).status).toBe(403);
  expect((await leaver.get('/api/session')).status).toBe(200);
  const done = await erase(admin, { userId, confirm: confirm.toUpperCase() });
  expect(done).toMatchObject({ status: 200, body: { erased: { organization_users: 1, users: 1 } } });
  expect((await leaver.get('/api/session')).status).toBe(401);
  expect((await admin.get(`/api/members/${userId}`)).status).toBe(404);
  expect((await admin.get('/api/audit-log')).text).not.toContain('Lea Leaver');
  expect((await erase(owner, { userId: owner.memberId, confirm: await readEmail(owner) })).body.code).toBe(
    'last_owner',
  );
});

test('an erased member is gone from the log too, with the invitation that brought them', async () => {
  const email = 'gone.guest@example.com';
  const { url } = (await owner.post('/api/invitations', { email, name: 'Gone Guest' })).body;
  const body = { token: url.split('#')[1], name: 'Gone Guest', password: 'nine walnut ladders' };
  const headers = { origin: http.url };
  const accepted = await http.send('POST', '/api/invitations/accept', { body, headers });
  expect(accepted.status).toBe(201);
  expect((await owner.get('/api/audit-log')).text).toContain(email);
  expect((await erase(owner, { userId: accepted.body.userId, confirm: email })).status).toBe(200);
  for (const path of [
    '/api/audit-log?limit=200',
    '/api/invitations?status=all',
    '/api/members',
    '/api/privacy/export?of=organization',
  ]) {
    const { status, text } = await owner.get(path);
    expect(status).toBe(200);
    expect(text).not.toMatch(/gone.guest/i);
  }
});

test('an organization is erased by an owner who types its name, and nobody of it can enter', async () => {
  const founder = await signUpOwner(http, 'Fay Founder');
  const helper = await joinOrganization(http, founder.organizationId, { role: 'admin' });
  expect((await erase(helper, { organization: true, confirm: 'Acme Corp' })).status).toBe(403);
  expect((await erase(founder, { organization: true, confirm: 'Acme' })).body.errors[0].field).toBe('confirm');
  expect((await erase(founder, { organization: true, confirm: 'acme corp' })).status).toBe(200);
  for (const person of [founder, helper]) expect((await person.get('/api/session')).status).toBe(401);
  expect((await owner.get('/api/session')).status).toBe(200);
});

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type MailBox, openMailBox } from '../../tests/support/mail-box.ts';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { addMember } from '../accounts/add-member.ts';
import { invitationListSchema, issuedInvitationSchema } from '../contract/invitation.ts';

let databases: TestDatabase;
let mailBox: MailBox;
let http: StartedHttp;
let owner: SignedIn;
let stranger: SignedIn;

const PASSWORD = 'nine walnut ladders';
const RACERS = 50;

beforeAll(async () => {
  databases = await createTestDatabase();
  mailBox = await openMailBox();
  http = await startHttp(databases, { mailer: mailBox.mailer });
  owner = await signUpOwner(http);
  stranger = await signUpOwner(http, 'Sven Stranger');
});

afterEach(() => setSeats(null));

afterAll(async () => {
  await http.app.close();
  await mailBox.close();
  await databases.drop();
});

let people = 0;
const newEmail = () => `guest${++people}@example.com`;
const invite = (body: object = {}, by = owner) => by.post('/api/invitations', { email: newEmail(), ...body });
const toToken = (url: string) => url.split('#')[1] ?? '';
const accept = (token: string, more: object = { name: 'Gwen Guest', password: PASSWORD }, cookie = '') =>
  http.send('POST', '/api/invitations/accept', { body: { token, ...more }, headers: { cookie, origin: http.url } });
const look = (token: string) =>
  http.send('POST', '/api/invitations/look', { body: { token }, headers: { origin: http.url } });

async function setSeats(seats: number | null): Promise<void> {
  const { organizationId } = owner;
  await databases.system.updateTable('organizations').set({ seats }).where('id', '=', organizationId).execute();
}

async function expire(id: string): Promise<void> {
  const past = new Date(Date.now() - 1000);
  await databases.system
    .updateTable('organization_invitations')
    .set({ expires_at: past })
    .where('id', '=', id)
    .execute();
}

test('from the letter to the signature: a new person joins with a pixel of their own', async () => {
  const { id: departmentId } = (await owner.post('/api/departments', { name: 'Sales' })).body;
  const email = newEmail();
  const issued = await owner.post('/api/invitations', { email: ` ${email.toUpperCase()}`, departmentId, title: 'Rep' });
  expect(issued.status).toBe(201);
  const invitation = issuedInvitationSchema.strict().parse(issued.body);
  expect(invitation).toMatchObject({ email, isMailed: true, mailProblem: null, status: 'pending', role: 'member' });
  expect(mailBox.letters.at(-1)).toMatchObject({ from: 'crm@acme.example', to: email });
  expect(mailBox.letters.at(-1)?.text).toContain(invitation.url);

  const token = toToken(invitation.url);
  expect((await look(token)).body).toEqual({ organizationName: 'Acme Corp', email, name: null, hasAccount: false });
  const accepted = await accept(token);
  expect(accepted.status).toBe(201);
  const session = await http.send('GET', '/api/session', { headers: { cookie: accepted.cookie ?? '' } });
  expect(session.body).toMatchObject({ name: 'Gwen Guest', organizationId: owner.organizationId, role: 'member' });
  const signature = await http.send('GET', '/api/signatures/me', { headers: { cookie: accepted.cookie ?? '' } });
  expect(signature.body.pixelUrl).toMatch(/\.gif$/);
  expect((await owner.get(`/api/members/${accepted.body.userId}`)).body).toMatchObject({
    title: 'Rep',
    department: { id: departmentId },
  });
  const log = (await owner.get('/api/audit-log?limit=2')).body.data;
  expect(log.map((line: { action: string }) => line.action)).toEqual(['invitation.accepted', 'invitation.created']);
  expect(log[0].actor).toEqual({ userId: accepted.body.userId, name: 'Gwen Guest' });
});

test('nothing keeps the link’s token: no row, no log line, no list', async () => {
  const { url } = (await invite()).body;
  const token = toToken(url);
  const rows = await databases.system.selectFrom('organization_invitations').selectAll().execute();
  const lines = (await owner.get('/api/audit-log')).text;
  const list = await owner.get('/api/invitations?status=all');
  invitationListSchema.strict().parse(list.body);
  for (const text of [JSON.stringify(rows), lines, list.text, http.logLines.join('')])
    expect(text).not.toContain(token);
});

test('a mail server that refuses leaves the invitation standing, and says so without an address in the log', async () => {
  mailBox.refuse(true);
  const { status, body } = await invite();
  mailBox.refuse(false);
  expect(status).toBe(201);
  expect(body).toMatchObject({
    isMailed: false,
    sentAt: null,
    mailProblem: expect.stringContaining('Hand the link on'),
  });
  expect(http.logLines.find((line) => line.includes('invitation.not_mailed'))).not.toContain(body.email);
  expect((await look(toToken(body.url))).status).toBe(200);
});

describe('a link that is over says what to do next', () => {
  test('used', async () => {
    const token = toToken((await invite()).body.url);
    await accept(token);
    const again = await accept(token);
    expect(again).toMatchObject({ status: 410, body: { code: 'invitation_ended' } });
    expect(again.body.detail).toContain('Sign in with your address');
  });

  test('expired, until it is renewed with another link', async () => {
    const { id, url } = (await invite()).body;
    await expire(id);
    const late = await look(toToken(url));
    expect(late).toMatchObject({ status: 410, body: { detail: expect.stringContaining('renew') } });
    expect((await owner.get('/api/invitations')).body.data.find((one: { id: string }) => one.id === id).status).toBe(
      'expired',
    );
    const renewed = await owner.post(`/api/invitations/${id}/renew`);
    expect((await look(toToken(url))).status).toBe(404);
    expect((await accept(toToken(renewed.body.url))).status).toBe(201);
    expect((await owner.post(`/api/invitations/${id}/renew`)).status).toBe(410);
  });

  test('cancelled', async () => {
    const { id, url } = (await invite()).body;
    expect((await owner.post(`/api/invitations/${id}/cancel`)).body.status).toBe('canceled');
    const answer = await accept(toToken(url));
    expect(answer).toMatchObject({ status: 410, body: { detail: expect.stringContaining('withdrawn') } });
    expect((await owner.post(`/api/invitations/${id}/cancel`)).status).toBe(410);
  });

  test('made up', async () => {
    expect(await look('nothing')).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('newest one') },
    });
  });
});

describe('who has an account', () => {
  test('accepts signed in, keeps the password and enters the organization', async () => {
    const { email } = (await stranger.get('/api/session')).body;
    const token = toToken((await invite({ email, name: 'Sven here' })).body.url);
    expect((await look(token)).body.hasAccount).toBe(true);
    const unsigned = await accept(token);
    expect(unsigned).toMatchObject({ status: 401, body: { detail: expect.stringContaining('Sign in') } });
    const other = await joinOrganization(http, owner.organizationId);
    expect(await other.post('/api/invitations/accept', { token })).toMatchObject({ status: 403 });
    const accepted = await stranger.post('/api/invitations/accept', { token, password: 'another good password' });
    expect(accepted).toMatchObject({ status: 201, body: { organizationId: owner.organizationId, name: 'Sven here' } });
    expect((await stranger.get('/api/session')).body.organizationId).toBe(owner.organizationId);
    const old = await http.send('POST', '/api/auth/sign-in/email', { body: { email, password: PASSWORD } });
    expect(old.status).toBe(200);
  });

  test('a member is not invited again; nor is one address twice', async () => {
    const { email } = (await owner.get('/api/session')).body;
    expect(await invite({ email })).toMatchObject({ status: 409, body: { code: 'already_member' } });
    const twice = newEmail();
    const answers = await Promise.all([invite({ email: twice }), invite({ email: twice }), invite({ email: twice })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  test('an imported member without a password gets in by invitation, on the seat they have', async () => {
    const email = newEmail();
    const imported = await addMember(http.context, { ...owner, name: 'Ina Import', email, role: 'member' });
    const active = (await owner.get('/api/plan')).body.seats.active;
    await setSeats(active);
    const issued = await invite({ email });
    expect(issued.status).toBe(201);
    const accepted = await accept(toToken(issued.body.url), { password: PASSWORD });
    expect(accepted).toMatchObject({ status: 201, body: { userId: imported.memberId, name: 'Ina Import' } });
    expect((await http.send('POST', '/api/auth/sign-in/email', { body: { email, password: PASSWORD } })).status).toBe(
      200,
    );
  });

  test('another organization’s imported member cannot be taken over by an invitation', async () => {
    const email = newEmail();
    await addMember(http.context, { organizationId: stranger.organizationId, name: 'Theirs', email, role: 'member' });
    const token = toToken((await invite({ email })).body.url);
    expect((await look(token)).body.hasAccount).toBe(true);
    expect((await accept(token)).status).toBe(401);
  });
});

describe('seats', () => {
  test(`${RACERS} invitations race for one free seat: one gets it, the others are told why`, async () => {
    const { active, pending } = (await owner.get('/api/plan')).body.seats;
    await setSeats(active + pending + 1);
    const answers = await Promise.all(Array.from({ length: RACERS }, () => invite()));
    const refused = answers.filter(({ status }) => status === 409);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(refused).toHaveLength(RACERS - 1);
    for (const { body } of refused) {
      expect(body).toMatchObject({
        code: 'no_free_seat',
        detail: expect.stringMatching(/^All \d+ seats are taken: .*cancel/),
      });
    }
    expect((await owner.get('/api/plan')).body.seats).toMatchObject({ active, pending: pending + 1, free: 0 });
  });

  test(`${RACERS} acceptances race for one free seat: one gets it, and nobody else is half a member`, async () => {
    const host = await signUpOwner(http, 'Hana Host');
    const tokens: string[] = [];
    for (let n = 0; n < RACERS; n += 1) tokens.push(toToken((await invite({}, host)).body.url));
    const { organizationId } = host;
    await databases.system.updateTable('organizations').set({ seats: 2 }).where('id', '=', organizationId).execute();
    const answers = await Promise.all(tokens.map((token) => accept(token)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'no_free_seat')).toHaveLength(RACERS - 1);
    expect(answers.find(({ status }) => status === 409)?.body.detail).toContain('Tell the admin');
    const members = await databases.system
      .selectFrom('organization_users')
      .where('organization_id', '=', organizationId)
      .selectAll()
      .execute();
    expect(members).toHaveLength(2);
  }, 60_000);

  test('a cancelled, expired or used invitation gives its seat back or keeps it as the member’s', async () => {
    const before = (await owner.get('/api/plan')).body.seats;
    await setSeats(before.active + before.pending + 1);
    const first = (await invite()).body;
    expect((await invite()).status).toBe(409);
    await owner.post(`/api/invitations/${first.id}/cancel`);
    const second = (await invite()).body;
    await expire(second.id);
    const third = (await invite()).body;
    expect((await owner.post(`/api/invitations/${second.id}/renew`)).body.code).toBe('no_free_seat');
    expect((await accept(toToken(third.url))).status).toBe(201);
    expect((await invite()).status).toBe(409);
  });

  test('a deactivated member frees a seat, and needs one to come back', async () => {
    const leaver = await joinOrganization(http, owner.organizationId);
    const { active, pending } = (await owner.get('/api/plan')).body.seats;
    await setSeats(active + pending);
    expect((await invite()).status).toBe(409);
    await owner.post(`/api/members/${leaver.memberId}/deactivate`);
    expect((await invite()).status).toBe(201);
    expect((await owner.post(`/api/members/${leaver.memberId}/reactivate`)).body.code).toBe('no_free_seat');
  });

  test('over the plan the admin sees what and why', async () => {
    await setSeats(1);
    const plan = (await owner.get('/api/plan')).body;
    expect(plan).toMatchObject({ isOver: true, seats: { limit: 1, free: 0 } });
    expect(plan.notices[0]).toContain('opens are still collected');
    await setSeats(0);
    expect((await owner.get('/api/plan')).body).toMatchObject({
      isOver: false,
      notices: [],
      seats: { limit: null, free: null },
    });
  });
});

test('an admin invites members only; a member nobody; another organization’s invitation is not found', async () => {
  const admin = await joinOrganization(http, owner.organizationId, { role: 'admin' });
  const member = await joinOrganization(http, owner.organizationId);
  expect((await invite({ role: 'admin' }, admin)).body.code).toBe('owner_needed');
  const { id } = (await invite({ role: 'admin' })).body;
  expect((await admin.post(`/api/invitations/${id}/renew`)).status).toBe(403);
  expect((await invite({}, admin)).status).toBe(201);
  for (const path of ['/api/invitations', '/api/plan']) expect((await member.get(path)).status).toBe(403);
  expect((await invite({}, member)).status).toBe(403);
  const other = await signUpOwner(http, 'Olga Other');
  for (const action of ['renew', 'cancel'])
    for (const at of [id, 'nothing']) expect((await other.post(`/api/invitations/${at}/${action}`)).status).toBe(404);
  expect((await other.get('/api/invitations')).body.data).toEqual([]);
  expect((await invite({ email: 'nobody' })).body.errors[0].field).toBe('email');
});

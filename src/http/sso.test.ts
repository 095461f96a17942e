import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  CLIENT,
  type IdentityProvider,
  OTHER_CLIENT,
  startIdentityProvider,
} from '../../tests/support/identity-provider.ts';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type Answer, type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';

let databases: TestDatabase;
let http: StartedHttp;
let idp: IdentityProvider;
let owner: SignedIn;
let member: SignedIn;
let memberEmail: string;
let round = 0;

const REDIRECT_URI = 'http://localhost:3000/api/sso/callback';

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  idp = await startIdentityProvider(REDIRECT_URI);
});

afterAll(async () => {
  await http.app.close();
  await idp.close();
  await databases.drop();
});

/** An organization of its own for each test, with the provider set up for example.com. */
beforeEach(async () => {
  round += 1;
  owner = await signUpOwner(http);
  member = await joinOrganization(http, owner.organizationId, { name: 'Max Member' });
  memberEmail = (await session(member.cookie)).body.email;
  idp.add({ login: `max${round}`, email: memberEmail, name: 'Max Member' });
  expect((await setProvider()).status).toBe(200);
});

const settings = () => ({ issuer: idp.issuer, ...CLIENT, emailDomain: 'example.com', admitsNewMembers: false });
const setProvider = (more: object = {}) => owner.send('PUT', '/api/sso/provider', { ...settings(), ...more });
const session = (cookie: string | null) => http.send('GET', '/api/session', { headers: { cookie: cookie ?? '' } });

async function toSlug(): Promise<string> {
  const row = await databases.system
    .selectFrom('organizations')
    .select('slug')
    .where('id', '=', owner.organizationId)
    .executeTakeFirstOrThrow();
  return row.slug;
}

async function start(): Promise<{ url: URL; cookie: string }> {
  const answer = await http.send('POST', '/api/sso/start', { body: { organization: await toSlug() } });
  expect(answer.status).toBe(200);
  return { url: new URL(answer.body.url), cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

const comeBack = (at: URL, cookie: string, headers: Record<string, string> = {}) =>
  http.send('GET', at.pathname + at.search, { headers: { cookie, ...headers } });

async function signIn(login: string): Promise<Answer> {
  const { url, cookie } = await start();
  return comeBack(await idp.signIn(url.href, login), cookie);
}

describe('the round trip', () => {
  test('an existing member comes back signed in, and the next time is known by their subject', async () => {
    const answer = await signIn(`max${round}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect((await session(answer.cookie)).body).toMatchObject({
      userId: member.memberId,
      organizationId: owner.organizationId,
      role: 'member',
    });
    idp.add({ login: `max${round}`, email: 'renamed@example.com' });
    expect((await session((await signIn(`max${round}`)).cookie)).body.userId).toBe(member.memberId);
  });

  test('it asks with PKCE, state and nonce, and the cookie tells nothing', async () => {
    const { url, cookie } = await start();
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: REDIRECT_URI,
    });
    for (const name of ['state', 'nonce']) {
      expect(url.searchParams.get(name)).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(cookie).not.toContain(url.searchParams.get(name));
    }
  });

  test('it begins from an email address too: of organizations with one domain, the own one', async () => {
    const answer = await http.send('POST', '/api/sso/start', { body: { email: memberEmail } });
    expect(answer.status).toBe(200);
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const back = await comeBack(await idp.signIn(answer.body.url, `max${round}`), cookie);
    expect((await session(back.cookie)).body.userId).toBe(member.memberId);
    const none = await http.send('POST', '/api/sso/start', { body: { email: 'somebody@elsewhere.example' } });
    expect([none.status, none.body.code]).toEqual([404, 'sso_none']);
  });
});

describe('what does not fit is refused, and no session is made', () => {
  async function expectRefused(answer: Answer, status: number, code: string, detail: RegExp): Promise<void> {
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.detail).toMatch(detail);
    expect(answer.cookie).toBeNull();
  }

  test('another state', async () => {
    const { url, cookie } = await start();
    const at = await idp.signIn(url.href, `max${round}`);
    at.searchParams.set('state', 'x'.repeat(43));
    await expectRefused(await comeBack(at, cookie), 401, 'sso_refused', /state/);
  });

  test('another nonce', async () => {
    const { url, cookie } = await start();
    url.searchParams.set('nonce', 'x'.repeat(43));
    await expectRefused(await comeBack(await idp.signIn(url.href, `max${round}`), cookie), 401, 'sso_refused', /nonce/);
  });

  test('another browser: no cookie, or the cookie of another sign-in', async () => {
    const [first, second] = [await start(), await start()];
    const at = await idp.signIn(first.url.href, `max${round}`);
    await expectRefused(await comeBack(at, ''), 401, 'sso_refused', /another browser/);
    await expectRefused(await comeBack(at, second.cookie), 401, 'sso_refused', /state/);
  });

  test('a code meant for another client', async () => {
    const { url, cookie } = await start();
    url.searchParams.set('client_id', OTHER_CLIENT.clientId);
    await expectRefused(await comeBack(await idp.signIn(url.href, `max${round}`), cookie), 400, 'sso_provider', /400/);
  });

  test('a code that was used', async () => {
    const { url, cookie } = await start();
    const at = await idp.signIn(url.href, `max${round}`);
    expect((await comeBack(at, cookie)).status).toBe(303);
    await expectRefused(await comeBack(at, cookie), 400, 'sso_provider', /answered 400/);
  });

  test("an address outside of the provider's domain, and one it has not verified", async () => {
    idp.add({ login: `eve${round}`, email: 'eve@victim.example' });
    await expectRefused(await signIn(`eve${round}`), 403, 'sso_foreign_email', /example\.com only/);
    idp.add({ login: `una${round}`, email: memberEmail, email_verified: false });
    await expectRefused(await signIn(`una${round}`), 401, 'sso_refused', /not verified/);
  });

  test('who is a member of another organization only', async () => {
    const stranger = await signUpOwner(http, 'Sven Stranger');
    const { email } = (await session(stranger.cookie)).body;
    idp.add({ login: `sven${round}`, email });
    await expectRefused(await signIn(`sven${round}`), 403, 'sso_no_member', /invitation/);
    await setProvider({ admitsNewMembers: true });
    await expectRefused(await signIn(`sven${round}`), 403, 'sso_no_member', /has an account already/);
  });

  test('who was deactivated, and a second identity with the same address', async () => {
    expect((await signIn(`max${round}`)).status).toBe(303);
    idp.add({ login: `twin${round}`, email: memberEmail });
    await expectRefused(await signIn(`twin${round}`), 403, 'sso_no_member', /another identity/);
    await databases.system
      .updateTable('organization_users')
      .set({ deactivated_at: new Date() })
      .where('id', '=', member.memberId)
      .execute();
    await expectRefused(await signIn(`max${round}`), 403, 'deactivated', /admin/);
  });

  test('a person sees it on the sign-in page', async () => {
    const { url } = await start();
    const at = await idp.signIn(url.href, `max${round}`);
    const answer = await comeBack(at, '', { accept: 'text/html,*/*' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?problem=sso_refused']);
  });
});

describe('new members', () => {
  test('are admitted when the organization says so, with a pixel, while seats are free', async () => {
    await setProvider({ admitsNewMembers: true });
    idp.add({ login: `new${round}`, email: `new${round}@example.com`, name: 'Nina New' });
    const answer = await signIn(`new${round}`);
    expect((await session(answer.cookie)).body).toMatchObject({ name: 'Nina New', role: 'member' });
    const signature = await http.send('GET', '/api/signatures/me', { headers: { cookie: answer.cookie ?? '' } });
    expect(signature.status).toBe(200);
    await databases.system
      .updateTable('organizations')
      .set({ seats: 3 })
      .where('id', '=', owner.organizationId)
      .execute();
    idp.add({ login: `late${round}`, email: `late${round}@example.com` });
    const full = await signIn(`late${round}`);
    expect(full.status).toBe(409);
    expect(full.body.detail).toContain('All 3 seats are taken');
  });
});

describe('a session that a provider vouched for', () => {
  test('reaches its organization only, and ends with the provider', async () => {
    const elsewhere = await signUpOwner(http, 'Other Owner');
    const person = await databases.system
      .selectFrom('organization_users')
      .select('user_id')
      .where('id', '=', member.memberId)
      .executeTakeFirstOrThrow();
    await databases.system
      .insertInto('organization_users')
      .values({ organization_id: elsewhere.organizationId, user_id: person.user_id, role: 'admin', name: 'Max' })
      .execute();
    const { cookie } = await signIn(`max${round}`);
    await databases.system
      .updateTable('sessions')
      .set({ active_organization_id: elsewhere.organizationId })
      .where('sso_organization_id', '=', owner.organizationId)
      .execute();
    expect((await session(cookie)).body.organizationId).toBe(owner.organizationId);
    const listed = await http.send('GET', '/api/sessions', { headers: { cookie: cookie ?? '' } });
    expect(listed.body.data).toHaveLength(1);
    expect((await owner.send('DELETE', '/api/sso/provider')).status).toBe(204);
    expect((await session(cookie)).status).toBe(401);
    expect((await session(member.cookie)).status).toBe(200);
  });
});

describe('setting it up', () => {
  test('is for admins; the secret is sealed, shown to nobody and logged nowhere', async () => {
    expect((await member.send('PUT', '/api/sso/provider', settings())).status).toBe(403);
    const shown = await owner.get('/api/sso/provider');
    expect(shown.body).toMatchObject({ provider: { issuer: idp.issuer }, redirectUri: REDIRECT_URI });
    const rows = await databases.system.selectFrom('sso_providers').selectAll().execute();
    const lines = (await owner.get('/api/audit-log')).text;
    const held = JSON.stringify(
      rows.map((row) => ({ ...row, client_secret_sealed: row.client_secret_sealed.toString() })),
    );
    expect(shown.text + held + lines + http.logLines.join('')).not.toContain(CLIENT.clientSecret);
    expect(lines).toContain('sign_in.changed');
  });

  test('the secret may stay as it is, but a new issuer needs one', async () => {
    const { clientSecret: _, ...kept } = settings();
    expect((await owner.send('PUT', '/api/sso/provider', { ...kept, admitsNewMembers: true })).status).toBe(200);
    expect((await signIn(`max${round}`)).status).toBe(303);
    const fresh = await signUpOwner(http, 'Fresh Owner');
    const answer = await fresh.send('PUT', '/api/sso/provider', kept);
    expect([answer.status, answer.body.code]).toEqual([400, 'sso_secret_missing']);
  });

  test.each([
    ['a provider that is not there', 'http://127.0.0.1:9', /cannot be reached/],
    ['an address inside of the network', 'https://10.0.0.1', /inside of a network/],
    ['the metadata address of a cloud', 'https://169.254.169.254', /inside of a network/],
    ['http beyond loopback', 'http://login.example.com', /must be an https address/],
  ])('%s is refused', async (_title, issuer, detail) => {
    const answer = await setProvider({ issuer });
    expect([answer.status, answer.body.code]).toEqual([400, 'sso_provider']);
    expect(answer.body.detail).toMatch(detail);
  });

  test('where the product is served to the world, loopback is inside of the network too', async () => {
    const served = await startHttp(databases, { publicUrl: 'https://mail.example.com' });
    try {
      const person = await signUpOwner(served, 'World Owner');
      for (const issuer of [idp.issuer, 'https://127.0.0.1', 'https://[::1]', 'https://[::ffff:10.0.0.1]']) {
        const answer = await person.send('PUT', '/api/sso/provider', { ...settings(), issuer });
        expect([issuer, answer.status, answer.body.code]).toEqual([issuer, 400, 'sso_provider']);
      }
    } finally {
      await served.app.close();
    }
  });
});

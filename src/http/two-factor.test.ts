import { createOTP } from '@better-auth/utils/otp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { GUESSES_PER_SESSION_MAX } from './auth.ts';

let databases: TestDatabase;
let http: StartedHttp;
let people = 0;

const PASSWORD = 'nine walnut ladders';

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

const post = (path: string, cookie: string, body: object) =>
  http.send('POST', path, { body, headers: { cookie, origin: http.url } });

/** Every cookie of the answer, as a browser would send them back. */
function toCookies(answer: Answer): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .filter((cookie) => !cookie.endsWith('='))
    .join('; ');
}

interface Guarded {
  readonly email: string;
  readonly cookie: string;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

async function signUp(): Promise<{ email: string; cookie: string }> {
  people += 1;
  const email = `totp${people}@example.com`;
  const body = { name: `Person ${people}`, email, password: PASSWORD, organizationName: 'Acme Corp' };
  return { email, cookie: (await http.send('POST', '/api/sign-up', { body })).cookie ?? '' };
}

async function guard(): Promise<Guarded> {
  const { email, cookie } = await signUp();
  const begun = await post('/api/auth/two-factor/enable', cookie, { password: PASSWORD });
  expect(begun.status).toBe(200);
  const secret = toSecret(begun.body.totpURI);
  const confirmed = await post('/api/auth/two-factor/verify-totp', cookie, { code: await toCode(secret) });
  expect(confirmed.status).toBe(200);
  expect(confirmed.body).not.toHaveProperty('token');
  await forgetStep(email);
  return { email, cookie: confirmed.cookie ?? '', secret, recoveryCodes: begun.body.backupCodes };
}

/** The secret inside otpauth://…?secret=BASE32, as the library keeps it: text. */
function toSecret(uri: string): string {
  const text = new URL(uri).searchParams.get('secret') ?? '';
  let bits = '';
  for (const sign of text) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0');
  return (bits.match(/.{8}/g) ?? []).map((byte) => String.fromCharCode(Number.parseInt(byte, 2))).join('');
}

const toCode = (secret: string) => createOTP(secret).totp();

/** As if half a minute had passed since the last code. */
async function forgetStep(email: string): Promise<void> {
  const person = await databases.system
    .selectFrom('users')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirstOrThrow();
  await databases.system
    .updateTable('user_two_factors')
    .set({ last_step: null })
    .where('user_id', '=', person.id)
    .execute();
}

async function enterPassword(email: string): Promise<string> {
  const answer = await http.send('POST', '/api/auth/sign-in/email', { body: { email, password: PASSWORD } });
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ twoFactorRedirect: true, twoFactorMethods: ['totp'] });
  expect(answer.cookie).toBeNull();
  return toCookies(answer);
}

const isSignedIn = async (cookie: string | null) =>
  (await http.send('GET', '/api/session', { headers: { cookie: cookie ?? '' } })).status === 200;

describe('switching it on', () => {
  test('it needs the password, and holds from the first right code on', async () => {
    const { cookie } = await signUp();
    const wrong = await post('/api/auth/two-factor/enable', cookie, { password: 'not my password' });
    expect([wrong.status, wrong.body.detail]).toEqual([400, 'This is not your password.']);
    const begun = await post('/api/auth/two-factor/enable', cookie, { password: PASSWORD });
    expect(begun.body.totpURI).toMatch(/^otpauth:\/\/totp\/MailTracker/);
    expect(begun.body.backupCodes).toHaveLength(10);
    const before = await http.send('GET', '/api/session', { headers: { cookie } });
    expect(before.body.hasTwoFactor).toBe(false);
    const code = await toCode(toSecret(begun.body.totpURI));
    const confirmed = await post('/api/auth/two-factor/verify-totp', cookie, {
      code: `${code.slice(0, 3)} ${code.slice(3)}`,
    });
    const after = await http.send('GET', '/api/session', { headers: { cookie: confirmed.cookie ?? '' } });
    expect(after.body.hasTwoFactor).toBe(true);
  });

  test('secret and recovery codes are sealed at rest and never logged', async () => {
    const { secret, recoveryCodes } = await guard();
    const rows = JSON.stringify(await databases.system.selectFrom('user_two_factors').selectAll().execute());
    for (const text of [secret, ...recoveryCodes]) expect(rows + http.logLines.join('')).not.toContain(text);
  });
});

describe('signing in', () => {
  test('the password alone is no session; password and code are', async () => {
    const { email, secret } = await guard();
    const challenge = await enterPassword(email);
    expect(await isSignedIn(challenge)).toBe(false);
    const signed = await post('/api/auth/two-factor/verify-totp', challenge, { code: await toCode(secret) });
    expect(signed.status).toBe(200);
    expect(await isSignedIn(signed.cookie)).toBe(true);
  });

  test('a code that was used is refused, also when two use it at once', async () => {
    const { email, secret } = await guard();
    const challenges = [await enterPassword(email), await enterPassword(email), await enterPassword(email)];
    const code = await toCode(secret);
    const racing = await Promise.all(
      challenges.slice(0, 2).map((challenge) => post('/api/auth/two-factor/verify-totp', challenge, { code })),
    );
    expect(racing.map((answer) => answer.status).sort()).toEqual([200, 401]);
    const replayed = await post('/api/auth/two-factor/verify-totp', challenges[2] ?? '', { code });
    expect(replayed.body).toMatchObject({ status: 401, code: 'code_used' });
    expect(replayed.cookie).toBeNull();
  });

  test('a recovery code signs in once', async () => {
    const { email, recoveryCodes } = await guard();
    const [code = ''] = recoveryCodes;
    const first = await post('/api/auth/two-factor/verify-backup-code', await enterPassword(email), { code });
    expect(await isSignedIn(first.cookie)).toBe(true);
    const again = await post('/api/auth/two-factor/verify-backup-code', await enterPassword(email), { code });
    expect(again.status).toBe(401);
    expect(again.body.detail).toContain('Try another one');
  });

  test('five wrong codes end the sign-in, ten lock the second step for a while', async () => {
    const { email, secret } = await guard();
    const guess = (challenge: string) => post('/api/auth/two-factor/verify-totp', challenge, { code: '000000' });
    for (let round = 0; round < 2; round += 1) {
      const challenge = await enterPassword(email);
      for (let index = 0; index < 5; index += 1) expect((await guess(challenge)).status).toBe(401);
      const ended = await guess(challenge);
      expect([ended.status, ended.body.code]).toEqual(
        round === 0 ? [400, 'too_many_attempts_request_new_code'] : [429, 'account_temporarily_locked'],
      );
    }
    const right = await post('/api/auth/two-factor/verify-totp', await enterPassword(email), {
      code: await toCode(secret),
    });
    expect(right.status).toBe(429);
    expect(right.body.detail).toContain('15 minutes');
  });

  test('a code without a password says what to do', async () => {
    const answer = await http.send('POST', '/api/auth/two-factor/verify-totp', { body: { code: '123456' } });
    expect(answer.status).toBe(401);
    expect(answer.body.detail).toContain('Enter your password again');
  });
});

describe('switching it off', () => {
  test('it needs the password; then the password alone signs in again', async () => {
    const { email, cookie } = await guard();
    expect((await post('/api/auth/two-factor/disable', cookie, { password: 'wrong password' })).status).toBe(400);
    const off = await post('/api/auth/two-factor/disable', cookie, { password: PASSWORD });
    expect(off.status).toBe(200);
    const signed = await http.send('POST', '/api/auth/sign-in/email', { body: { email, password: PASSWORD } });
    expect(await isSignedIn(signed.cookie)).toBe(true);
  });

  test('a stolen cookie may guess the password ten times, then it waits', async () => {
    const { cookie } = await signUp();
    for (let index = 0; index < GUESSES_PER_SESSION_MAX; index += 1)
      expect((await post('/api/auth/two-factor/disable', cookie, { password: `guess number ${index}` })).status).toBe(
        400,
      );
    const right = await post('/api/auth/two-factor/disable', cookie, { password: PASSWORD });
    expect(right.status).toBe(429);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(800);
  });
});

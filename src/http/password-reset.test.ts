import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MailServer, startMailServer } from '../../tests/support/mail-server.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { createMailer, type Mailer } from '../accounts/create-mailer.ts';
import { createResetLink } from '../accounts/password-reset.ts';
import { sha256 } from '../kit/crypto.ts';
import { RESET_LETTERS_MAX } from './password-reset.ts';

let databases: TestDatabase;
let mail: MailServer;
let mailer: Mailer;
let http: StartedHttp;
let people = 0;

const PASSWORD = 'nine walnut ladders';
const NEW_PASSWORD = 'twelve velvet anvils';

beforeAll(async () => {
  databases = await createTestDatabase();
  mail = await startMailServer();
  mailer = createMailer(mail.url, 'http://localhost:3000');
  http = await startHttp(databases, { mailer });
});

afterAll(async () => {
  await http.app.close();
  mailer.close();
  await mail.close();
  await databases.drop();
});

async function signUp(): Promise<{ email: string; cookie: string }> {
  people += 1;
  const email = `reset${people}@example.com`;
  const body = { name: `Person ${people}`, email, password: PASSWORD, organizationName: 'Acme Corp' };
  return { email, cookie: (await http.send('POST', '/api/sign-up', { body })).cookie ?? '' };
}

const ask = (email: string) => http.send('POST', '/api/password-reset/request', { body: { email } });
const reset = (token: string, password = NEW_PASSWORD) =>
  http.send('POST', '/api/password-reset', { body: { token, password } });
const signIn = (email: string, password: string) =>
  http.send('POST', '/api/auth/sign-in/email', { body: { email, password } });

async function readLetters(email: string) {
  return (await mail.letters()).filter((letter) => letter.to.includes(email));
}

async function awaitToken(email: string): Promise<string> {
  await expect.poll(async () => (await readLetters(email)).length).toBeGreaterThan(0);
  const text = (await readLetters(email)).at(-1)?.text ?? '';
  return /http:\/\/localhost:3000\/reset-password#token=([A-Za-z0-9_-]{43})/.exec(text)?.[1] ?? '';
}

describe('with a mail server', () => {
  test('a link comes by mail, sets the password once, and ends every session', async () => {
    const { email, cookie } = await signUp();
    expect((await ask(email.toUpperCase())).status).toBe(202);
    const token = await awaitToken(email);
    expect((await reset(token)).status).toBe(204);
    expect((await http.send('GET', '/api/session', { headers: { cookie } })).status).toBe(401);
    expect((await signIn(email, PASSWORD)).status).toBe(401);
    expect((await signIn(email, NEW_PASSWORD)).status).toBe(200);
    const again = await reset(token, 'a third set of words');
    expect([again.status, again.body.code]).toEqual([410, 'reset_expired']);
    expect(again.body.detail).toContain('Ask for a new one');
  });

  test('an address without an account gets the same answer and no letter', async () => {
    const { email } = await signUp();
    const unknown = await ask('nobody.here@example.com');
    const known = await ask(email);
    expect([unknown.status, unknown.text]).toEqual([known.status, known.text]);
    await awaitToken(email);
    expect(await readLetters('nobody.here@example.com')).toEqual([]);
  });

  test('a common password is refused and does not use the link up', async () => {
    const { email } = await signUp();
    await ask(email);
    const token = await awaitToken(email);
    const weak = await reset(token, 'password123');
    expect([weak.status, weak.body.code]).toEqual([400, 'password_too_common']);
    expect((await reset(token)).status).toBe(204);
  });

  test('of two who use one link at once, one does', async () => {
    const { email } = await signUp();
    await ask(email);
    const token = await awaitToken(email);
    const statuses = (await Promise.all([reset(token), reset(token, 'some other four words')])).map(
      ({ status }) => status,
    );
    expect(statuses.sort()).toEqual([204, 410]);
  });

  test('after half an hour a link is worth nothing, nor is one that a newer one replaced', async () => {
    const { email } = await signUp();
    await ask(email);
    const first = await awaitToken(email);
    await createResetLink(http.context, email);
    expect((await reset(first)).status).toBe(410);
    const link = (await createResetLink(http.context, email)) ?? '';
    const token = link.split('token=')[1] ?? '';
    await databases.system
      .updateTable('password_resets')
      .set({ expires_at: new Date(Date.now() - 1_000) })
      .where('token_hash', '=', sha256(token))
      .execute();
    expect((await reset(token)).status).toBe(410);
  });

  test('letters to one address are few, whoever asks', async () => {
    const { email } = await signUp();
    for (let index = 0; index < RESET_LETTERS_MAX + 2; index += 1) expect((await ask(email)).status).toBe(202);
    await expect.poll(() => http.logLines.filter((line) => line.includes('password_reset.not_sent')).length).toBe(2);
    await expect.poll(async () => (await readLetters(email)).length).toBe(RESET_LETTERS_MAX);
  });

  test('neither the token nor the address is stored in clear or logged', async () => {
    const { email } = await signUp();
    await ask(email);
    const token = await awaitToken(email);
    const rows = await databases.system.selectFrom('password_resets').selectAll().execute();
    expect(JSON.stringify(rows) + http.logLines.join('')).not.toContain(token);
    expect(http.logLines.join('')).not.toContain(email);
  });
});

test('without a mail server the answer says whom to ask, and such a link works', async () => {
  const silent = await startHttp(databases);
  try {
    const { email } = await signUp();
    const answer = await silent.send('POST', '/api/password-reset/request', { body: { email } });
    expect([answer.status, answer.body.code]).toEqual([409, 'no_mail']);
    expect(answer.body.detail).toContain('mailtracker user reset-link');
    const link = await createResetLink(http.context, email);
    expect((await reset(link?.split('token=')[1] ?? '')).status).toBe(204);
    expect(await createResetLink(http.context, 'nobody@example.com')).toBeNull();
  } finally {
    await silent.app.close();
  }
});

import { createHmac } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CLIENT, type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { OWNER, openScreens, type Screens } from './open-screens.ts';

// The ways in besides a password: a code of an app as the second step, and a company's own identity provider.

const STEP_MS = 30_000;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

let screens: Screens;
let provider: IdentityProvider;
/** People reach the server by the name that the provider sends them back to. */
let baseURL: string;

beforeAll(async () => {
  screens = await openScreens();
  baseURL = `http://localhost:${screens.server.port}`;
  provider = await startIdentityProvider(`${baseURL}/api/sso/callback`);
  provider.add({ login: 'sam', email: OWNER.email, name: OWNER.name });
  provider.add({ login: 'zoe', email: 'zoe@acme.example', name: 'Zoe Newcomer' });
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(async () => {
  await screens.close();
  await provider.close();
});

test('an admin sets up single sign-on, with what is wrong told before anything is saved', async () => {
  const page = await openOwn('/settings/sso');
  expect(await page.getByLabel('Redirect URI').inputValue()).toBe(`${baseURL}/api/sso/callback`);
  await page.getByLabel('Issuer').fill('http://127.0.0.1:9');
  await page.getByLabel('Client id').fill(CLIENT.clientId);
  await page.getByLabel('Client secret').fill(CLIENT.clientSecret);
  await page.getByLabel('Email domain').fill('acme.example');
  await page.getByRole('switch', { name: 'Let in whom the provider vouches for' }).click();
  await page.getByRole('button', { name: 'Check and save' }).click();
  await page.getByRole('alert').filter({ hasText: 'cannot be reached' }).waitFor();
  await page.getByLabel('Issuer').fill(provider.issuer);
  await page.getByRole('button', { name: 'Check and save' }).click();
  await page.getByText('Single sign-on is on for acme.example.').waitFor();
});

test.each([
  ['a member', 'sam', OWNER.email, OWNER.name],
  ['somebody new whom the provider vouches for', 'zoe', 'zoe@acme.example', 'Zoe Newcomer'],
])('%s signs in at the provider and is back in the product', async (_who, login, email, name) => {
  const page = await screens.open({ baseURL });
  await page.goto('/sign-in');
  await page.getByRole('button', { name: 'Sign in with single sign-on' }).click();
  await page.getByLabel('Work email').fill(email);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${provider.issuer}/**`);
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(`${baseURL}/engagement`);
  await page.getByRole('button', { name: new RegExp(name) }).waitFor();
});

test('an address that no provider stands for is told so in words', async () => {
  const page = await screens.open({ baseURL });
  await page.goto('/sign-in');
  await page.getByRole('button', { name: 'Sign in with single sign-on' }).click();
  await page.getByLabel('Work email').fill('jo@elsewhere.example');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
});

test('with a second step set up the password alone signs nobody in: the code of the app does, once, or a recovery code', async () => {
  const page = await openOwn('/settings/profile');
  await page.getByRole('button', { name: 'Set up the second step' }).click();
  const second = page.getByRole('region').filter({ has: page.getByText('Your password', { exact: true }) });
  await second.getByLabel('Your password').fill(OWNER.password);
  await page.keyboard.press('Enter');
  const key = await page.getByRole('textbox', { name: 'Setup key' }).inputValue();
  await page.getByLabel('Code that the app shows').fill('000000');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: /code/i }).waitFor();
  await page.getByLabel('Code that the app shows').fill(toCode(key, Date.now()));
  await page.keyboard.press('Enter');
  const codes = await page.getByRole('textbox', { name: 'Recovery codes' }).inputValue();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByText('On. Signing in asks for the code of your app.').waitFor();

  const other = await screens.open();
  await signIn(other);
  await other.getByRole('heading', { name: 'Second step' }).waitFor();
  await other.goto('/engagement');
  await other.waitForURL('**/sign-in**');
  await signIn(other);
  // The code of this half minute may have been used up above; the next one is taken too.
  await other.getByLabel('Code', { exact: true }).fill(toCode(key, Date.now() + STEP_MS));
  await other.keyboard.press('Enter');
  await other.waitForURL('**/engagement');

  const third = await screens.open();
  await signIn(third);
  await third.getByRole('button', { name: 'Use a recovery code' }).click();
  await third.getByLabel('Recovery code', { exact: true }).fill(codes.split(' ')[0] ?? '');
  await third.keyboard.press('Enter');
  await third.waitForURL('**/engagement');
});

async function openOwn(path: string): Promise<Page> {
  const page = await screens.open({ cookies: screens.owner });
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

async function signIn(page: Page): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(OWNER.email);
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
  await page.keyboard.press('Enter');
}

/** What an authenticator app shows for a key at an instant (RFC 6238: SHA-1, 30 seconds, six digits). */
function toCode(key: string, now: number): string {
  const bits = [...key].map((sign) => BASE32.indexOf(sign).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / STEP_MS)));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  return `${(mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000}`.padStart(6, '0');
}

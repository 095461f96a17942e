import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../support/running-server.ts';
import { OWNER, openScreens, type Screens } from './open-screens.ts';

// What admins set, and people set for themselves, in the browser on the real server.

const PANEL = [
  ['Enable user engagement tracking', 'Show individual users their email open metrics'],
  ['Enable campaign tracking', 'Track opens during signature campaigns'],
  ['Show engagement dashboard to users', 'Let users see their own tracking data'],
  ['Exclude bot/crawler traffic', 'Filter out automated requests from analytics'],
] as const;
const PRIVACY_NOTICE =
  'Tracking uses 1x1 pixel images. Some email clients block images, so actual engagement may be higher. Recipients are not individually identified.';
const EFFECT_MS_MAX = 2_000;

let screens: Screens;

beforeAll(async () => {
  screens = await openScreens();
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(() => screens.close());

test('the panel stands word for word, with the defaults of a new organization', async () => {
  const page = await openOwn('/settings');
  await page.waitForURL('**/settings/tracking');
  const panel = page.getByRole('region', { name: 'Email Tracking Settings' });
  for (const [label, description] of PANEL) {
    expect(await panel.getByRole('switch', { name: label }).isChecked()).toBe(true);
    await panel.getByText(description, { exact: true }).waitFor();
  }
  expect(await panel.getByLabel('Data Retention').inputValue()).toBe('90');
  await panel.getByText('Automatically delete tracking data older than this').waitFor();
  expect(await panel.getByRole('complementary', { name: 'Privacy Notice' }).textContent()).toContain(PRIVACY_NOTICE);
  await panel.getByRole('button', { name: 'Save Settings' }).waitFor();
});

test('what is saved holds within two seconds and survives a reload', async () => {
  const page = await openOwn('/settings/tracking');
  await page.getByRole('switch', { name: 'Enable user engagement tracking' }).click();
  await page.getByLabel('Data Retention').selectOption('30');
  await page.getByText('Once saved, opens older than 30 days are deleted for good').waitFor();
  const savedAt = Date.now();
  await page.getByRole('button', { name: 'Save Settings' }).click();
  await page.getByText('Saved. It holds at once.').waitFor();
  const signature = await page.request.get('/api/signatures/me');
  expect(await signature.json()).toMatchObject({ pixelUrl: null });
  expect(Date.now() - savedAt).toBeLessThan(EFFECT_MS_MAX);
  await page.reload();
  await waitFor(async () => (await page.getByLabel('Data Retention').inputValue()) === '30', 'the retention');
  const first = page.getByRole('switch', { name: 'Enable user engagement tracking' });
  expect(await first.isChecked()).toBe(false);
  await page.getByRole('switch', { name: 'Enable user engagement tracking' }).click();
  await page.getByRole('button', { name: 'Save Settings' }).click();
  await page.getByText('Saved. It holds at once.').waitFor();
});

test('a refused setting is named, and what was changed stays on the screen', async () => {
  const page = await openOwn('/settings/tracking');
  await page.getByText('More', { exact: true }).click();
  await page.getByLabel('Smallest group shown').fill('1');
  await page.getByRole('button', { name: 'Save Settings' }).click();
  await page.getByRole('alert').filter({ hasText: 'Not saved.' }).waitFor();
  expect(await page.getByLabel('Smallest group shown').inputValue()).toBe('1');
  expect(await page.getByLabel('Smallest group shown').getAttribute('aria-invalid')).toBe('true');
});

test('an invited person joins by the link, sees no settings of admins, and is shut out when deactivated', async () => {
  const page = await openOwn('/settings/members');
  await page.getByLabel('Email address').fill('jo@acme.example');
  await page.getByRole('button', { name: 'Make a link' }).click();
  const link = await page.getByRole('textbox', { name: 'The link for jo@acme.example' }).inputValue();
  const jo = await screens.open();
  // The address that people reach is not the one of this test's server.
  await jo.goto(`/join${new URL(link).hash}`);
  await jo.getByRole('heading', { name: 'Join Acme Corp' }).waitFor();
  await jo.getByLabel('Your name').fill('Jo Field');
  await jo.getByLabel('Password', { exact: true }).fill('another long enough password');
  await jo.getByRole('button', { name: 'Join' }).click();
  await jo.waitForURL('**/signature');
  await jo.goto('/settings');
  await jo.waitForURL('**/settings/profile');
  expect(await jo.getByRole('link', { name: 'Team' }).count()).toBe(0);
  await jo.goto('/team');
  await jo.getByRole('heading', { name: 'There is no such page' }).waitFor();

  await page.getByPlaceholder('Find by name or address').fill('jo@acme');
  const row = page.getByRole('row').filter({ hasText: 'Jo Field' });
  await row.getByLabel('Role of Jo Field').selectOption('admin');
  await waitFor(async () => (await readRole(page, 'jo@acme.example')) === 'admin', 'the role');
  await row.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
  await row.getByRole('button', { name: 'Let in again' }).waitFor();
  await jo.goto('/engagement');
  await jo.waitForURL('**/sign-in**');
});

test('a key is shown once, works, and is refused once revoked', async () => {
  const page = await openOwn('/settings/keys');
  await page.getByLabel('What it is for').fill('CRM sync');
  await page.getByRole('button', { name: 'Make key' }).click();
  const key = await page.getByRole('textbox', { name: 'The key CRM sync' }).inputValue();
  const ask = async () =>
    (await fetch(`${screens.server.url}/api/tracking/quality`, { headers: { authorization: `Bearer ${key}` } })).status;
  expect(await ask()).toBe(200);
  await page.reload();
  const row = page.getByRole('row').filter({ hasText: 'CRM sync' });
  await row.waitFor();
  expect(await page.getByText(key).count()).toBe(0);
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await row.getByText(/^revoked/).waitFor();
  await waitFor(async () => (await ask()) === 401, 'the key to be refused');
});

test('the audit log tells who changed what, from what to what', async () => {
  const page = await openOwn('/settings/audit');
  const row = page.getByRole('row').filter({ hasText: 'retention days: 90 → 30' });
  await row.waitFor();
  expect(await row.textContent()).toContain(OWNER.name);
});

test('a person renames themselves, and a new password ends the other sessions', async () => {
  const other = await screens.open();
  await signIn(other, OWNER.password);
  const page = await openOwn('/settings/profile');
  await page.getByLabel('Name', { exact: true }).fill('Samantha Reed');
  await page.getByRole('button', { name: 'Save profile' }).click();
  await page.getByRole('button', { name: /Samantha Reed/ }).waitFor();
  await page.getByLabel('Password now').fill('not the password');
  await page.getByLabel('New password').fill('a password newer than the old');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page
    .getByRole('alert')
    .filter({ hasText: /password/i })
    .waitFor();
  await page.getByLabel('Password now').fill(OWNER.password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Changed. Every other session of yours has ended.').waitFor();
  await other.goto('/engagement');
  await other.waitForURL('**/sign-in**');
  await signIn(other, 'a password newer than the old');
});

test.each([
  { width: 390, colorScheme: 'dark' },
  { width: 1440, colorScheme: 'light' },
] as const)('at $width px in $colorScheme no area of the settings scrolls sideways', async ({ width, colorScheme }) => {
  const page = await screens.open();
  await signIn(page, 'a password newer than the old');
  await page.setViewportSize({ width, height: 844 });
  await page.emulateMedia({ colorScheme });
  for (const path of ['tracking', 'members', 'keys', 'audit', 'profile']) {
    await page.goto(`/settings/${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  }
});

async function openOwn(path: string): Promise<Page> {
  const page = await screens.open({ cookies: screens.owner, viewport: { width: 1440, height: 900 } });
  await page.goto(path);
  return page;
}

async function signIn(page: Page, password: string): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(OWNER.email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/engagement');
}

async function readRole(page: Page, email: string): Promise<string | undefined> {
  const answer = (await (await page.request.get(`/api/members?search=${email}`)).json()) as {
    data: { role: string }[];
  };
  return answer.data[0]?.role;
}

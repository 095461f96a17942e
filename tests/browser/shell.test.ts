import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { OWNER, openScreens, type Screens } from './open-screens.ts';

// What stands around every page: the palette, keys, languages, and what happens when the session or the server goes.

let screens: Screens;

beforeAll(async () => {
  screens = await openScreens();
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(() => screens.close());

test('the palette finds a page by typing and goes there by Enter, without a mouse', async () => {
  const page = await screens.open({ cookies: screens.owner });
  await page.goto('/engagement');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Find a page, a person or a campaign' });
  await field.fill('camp');
  await page.getByRole('option', { name: /^Campaigns/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/campaigns');
});

test('the palette finds members, and opens the one that was chosen', async () => {
  const page = await screens.open({ cookies: screens.owner });
  await page.goto('/engagement');
  await page.getByRole('button', { name: /Find or do anything/ }).click();
  await page.getByRole('combobox').fill(OWNER.name);
  await page.getByRole('option', { name: new RegExp(`${OWNER.name}.*People`) }).click();
  await page.getByRole('dialog', { name: OWNER.name }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/team');
});

test('j and k go through the names of a list', async () => {
  const page = await screens.open({ cookies: screens.owner });
  await page.goto('/team');
  await page.getByRole('row', { name: OWNER.name }).waitFor();
  await page.keyboard.press('j');
  expect(await page.locator(':focus').textContent()).toBe(OWNER.name);
});

test('a session that ends while somebody types keeps what was typed, and they go on after signing in', async () => {
  const page = await screens.open({ cookies: screens.owner });
  await page.goto('/settings/members');
  await page.getByLabel('Email address').fill('jo@acme.example');
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Make a link' }).click();
  const dialog = page.getByRole('dialog', { name: 'Your session ended' });
  await dialog.waitFor();
  expect(cookies).not.toEqual([]);
  await dialog.getByLabel('Password', { exact: true }).fill(OWNER.password);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  expect(await page.getByLabel('Email address').inputValue()).toBe('jo@acme.example');
  await page.getByRole('button', { name: 'Make a link' }).click();
  await page.getByRole('textbox', { name: 'The link for jo@acme.example' }).waitFor();
});

test('a span that cannot be had takes no figure off the screen', async () => {
  const page = await screens.open({ cookies: screens.owner });
  await page.goto('/engagement');
  await page.getByRole('heading', { name: /No opens yet/ }).waitFor();
  await page.route('**/api/**', (route) => route.abort());
  await page.getByText('Month', { exact: true }).click();
  await page.getByText('MailTracker does not answer.').waitFor();
  expect(await page.getByRole('heading', { name: /No opens yet/ }).count()).toBe(1);
  await page.unroute('**/api/**');
});

test('a server that is away is told of, the figures stay, and it is found again by itself', async () => {
  const page = await screens.open({ cookies: screens.owner });
  await page.goto('/team');
  await page.getByRole('row', { name: OWNER.name }).waitFor();
  await page.route('**/api/**', (route) => route.abort());
  await page.getByText('7 days', { exact: true }).click();
  await page.getByText('MailTracker does not answer.').waitFor();
  expect(await page.getByRole('row', { name: OWNER.name }).count()).toBe(1);
  await page.unroute('**/api/**');
  await page.getByText('MailTracker does not answer.').waitFor({ state: 'detached' });
});

test('a browser that speaks German is answered in German, dates and figures too, and English can be chosen', async () => {
  const page = await screens.open({ cookies: screens.owner, locale: 'de-DE' });
  await page.goto('/engagement');
  await page.getByRole('heading', { name: 'Resonanz meiner E-Mails' }).waitFor();
  expect(await page.evaluate<string>('document.documentElement.lang')).toBe('de');
  await page.goto('/settings/profile');
  await page.getByLabel('Sprache').selectOption('en');
  await page.getByRole('heading', { name: 'Profile and security' }).waitFor();
  expect(await page.evaluate<string>('document.documentElement.lang')).toBe('en');
});

test('the first visit of a stranger leaves nothing on the console, refused requests neither', async () => {
  const page = await screens.open();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await page.goto('/sign-in');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto('/engagement');
  await page.waitForURL('**/sign-in?next=%2Fengagement');
  expect(said).toEqual([]);
});

import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type RunningServer, removeFolder, startServer } from '../support/running-server.ts';

// The screens as a person meets them: built, served by the real server under its content security policy.

const PERSON = { name: 'Sam Reed', email: 'sam.reed@acme.example', password: 'correct horse battery staple' };
const NOTICE = [
  'Opens are tracked via image loading in signatures.',
  'About 40 % of email clients block images by default.',
  'Actual engagement may be higher than shown.',
  'We cannot identify who opened your emails.',
  'Multiple opens from the same person are counted once daily.',
  'Data is retained for 90 days, then automatically deleted.',
];

let server: RunningServer;
let browser: Browser;
let cookies: Awaited<ReturnType<BrowserContext['cookies']>>;
let opened: BrowserContext[] = [];
/** What the browser complained about, refused requests aside: faults of scripts and breaches of the policy. */
let complaints: string[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  const page = await openPage();
  await page.goto('/sign-in');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByLabel('Your name').fill(PERSON.name);
  await page.getByLabel('Work email').fill(PERSON.email);
  await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
  await page.getByLabel('Company').fill('Acme Corp');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/signature');
  cookies = await page.context().cookies();
});

afterEach(async () => {
  for (const context of opened) await context.close();
  const found = complaints;
  opened = [];
  complaints = [];
  expect(found).toEqual([]);
});

afterAll(async () => {
  await browser.close();
  await server.stop();
  await removeFolder(server.dataDir);
});

test('a stranger is led to sign-in and, once signed in, back to the page that was asked for', async () => {
  const page = await openPage();
  await page.goto('/signature');
  await page.waitForURL('**/sign-in?next=%2Fsignature');
  await signIn(page);
  await page.waitForURL('**/signature');
});

test('an address from outside is never followed after sign-in', async () => {
  const page = await openPage();
  await page.goto('/sign-in?next=https%3A%2F%2Fevil.example%2F');
  await signIn(page);
  await page.waitForURL(`${server.url}/engagement`);
});

test('a wrong field is named at the field, gets the cursor, and what was typed is kept', async () => {
  const page = await openPage();
  await page.goto('/sign-up');
  await page.getByLabel('Your name').fill('Jo');
  await page.getByLabel('Work email').fill('nonsense');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
  await page.getByLabel('Company').fill('Globex');
  await page.getByRole('button', { name: 'Create account' }).click();
  const email = page.getByLabel('Work email');
  await page.getByText('Expected an email address').waitFor();
  expect(await email.getAttribute('aria-invalid')).toBe('true');
  expect(await page.locator('input:focus').getAttribute('name')).toBe('email');
  expect(await page.getByLabel('Your name').inputValue()).toBe('Jo');
});

test('a wrong password is refused without saying which of the two was wrong', async () => {
  const page = await openPage();
  await page.goto('/sign-in');
  await signIn(page, 'not the password');
  await page
    .getByRole('alert')
    .filter({ hasText: /email or password/i })
    .waitFor();
});

test.each([
  { where: 'a secure page', isSecureContext: true },
  { where: 'plain http', isSecureContext: false },
])('on $where the signature is copied as HTML with its pixel and as text, and no pixel is loaded', async (given) => {
  const page = await openPage({ cookies, permissions: ['clipboard-read', 'clipboard-write'] });
  if (!given.isSecureContext)
    await page.addInitScript("Object.defineProperty(window, 'isSecureContext', { value: false })");
  const pixels: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/t/')) pixels.push(request.url());
  });
  await page.goto('/signature');
  await page.frameLocator('iframe').getByText(PERSON.name).waitFor();
  await page.getByText('Dark mail').click();
  await page.getByRole('button', { name: 'Copy signature' }).click();
  await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
  const copied = await page.evaluate<{ html: string; text: string }>(READ_CLIPBOARD);
  expect(copied.html).toMatch(/<img src="[^"]+\/api\/t\/u\/[\w-]{24}\.gif"/);
  expect(copied.text).toContain(PERSON.name);
  expect(copied.text).not.toContain('<');
  expect(pixels).toEqual([]);
});

test('the notice stands on the engagement page word for word, with the retention of the organization', async () => {
  const page = await openPage({ cookies });
  await page.goto('/engagement');
  await page.getByText('Data is retained for 90 days').waitFor();
  const sentences = page.getByRole('region', { name: 'About Email Tracking' }).getByRole('listitem');
  expect(await sentences.allTextContents()).toEqual(NOTICE);
});

test('without any open the engagement page says what to do first', async () => {
  const page = await openPage({ cookies });
  await page.goto('/engagement');
  await page.getByRole('heading', { name: /No opens yet/ }).waitFor();
  expect(await page.getByRole('article', { name: 'Opens this week' }).locator('strong').textContent()).toBe('0');
  await page.getByRole('link', { name: 'Copy your signature' }).click();
  await page.waitForURL('**/signature');
});

test('keys choose the period, lead from page to page and show the list of keys', async () => {
  const page = await openPage({ cookies });
  await page.goto('/engagement');
  await page.getByRole('article', { name: 'Opens this week' }).waitFor();
  await page.keyboard.press('m');
  await page.getByRole('article', { name: 'Opens this month' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.waitForURL('**/signature');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
});

test('signing out ends the session on the server, and the figures are gone', async () => {
  const page = await openPage();
  await page.goto('/sign-in');
  await signIn(page);
  await page.getByRole('button', { name: /sign out/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in**');
  expect((await page.request.get('/api/session')).status()).toBe(401);
  await page.goto('/engagement');
  await page.waitForURL('**/sign-in?next=%2Fengagement');
});

test('a session that ended elsewhere leads to sign-in with a word about it', async () => {
  const page = await openPage();
  await page.goto('/sign-in');
  await signIn(page);
  await page.waitForURL('**/engagement');
  await page.context().clearCookies();
  await page.reload();
  await page.getByText('Your session ended').waitFor();
});

test.each([
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
  { width: 1440, colorScheme: 'light' },
] as const)('at $width px in $colorScheme no screen scrolls sideways', async ({ width, colorScheme }) => {
  const page = await openPage({ cookies, colorScheme, viewport: { width, height: 844 } });
  for (const path of ['/engagement', '/signature', '/no-such-page']) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    const theme = await page.evaluate<string>("document.documentElement.getAttribute('data-mantine-color-scheme')");
    expect(theme).toBe(colorScheme);
  }
});

const READ_CLIPBOARD = `navigator.clipboard.read().then(async ([item]) => ({
  html: await (await item.getType('text/html')).text(),
  text: await (await item.getType('text/plain')).text(),
}))`;

async function openPage(options: BrowserContextOptions & { cookies?: typeof cookies } = {}): Promise<Page> {
  const { cookies: given, ...rest } = options;
  const context = await browser.newContext({ baseURL: server.url, ...rest });
  opened.push(context);
  if (given) await context.addCookies(given);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const isFault = message.type() === 'error' || message.type() === 'warning';
    if (isFault && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  return page;
}

async function signIn(page: Page, password = PERSON.password): Promise<void> {
  await page.getByLabel('Email').fill(PERSON.email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

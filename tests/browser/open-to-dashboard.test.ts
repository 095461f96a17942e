import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { readEmbeddedUrl } from '../support/embedded-url.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { type RunningServer, removeFolder, startServer, waitFor } from '../support/running-server.ts';

// The product's main job with nothing faked: a person signs up in Chromium, copies the signature, a mail with it goes
// through SMTP, its reader opens it in another Chromium, and the dashboard shows the open. A crawler changes nothing.

const CRAWLER = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

let server: RunningServer;
let mail: MailServer;
let browser: Browser;
let rep: BrowserContext;
let page: Page;

beforeAll(async () => {
  [server, mail, browser] = await Promise.all([startServer(), startMailServer(), launchBrowser()]);
  rep = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], baseURL: server.url });
  page = await rep.newPage();
});

afterAll(async () => {
  await browser.close();
  await mail.close();
  await server.stop();
  await removeFolder(server.dataDir);
});

test('an email opened by its reader is one open on the dashboard, and a crawler adds none', async () => {
  await signUp();
  const signature = await copySignature();
  expect(signature.html).toContain('/api/t/u/');
  const received = await mail.send({
    subject: 'Proposal',
    html: `<p>Dear Jo, here it is.</p>${signature.html}`,
    text: signature.text,
  });
  await openMail(received.html);
  await waitForOpens('1');
  await openMail(received.html, CRAWLER);
  await waitFor(async () => (await readDrops()) === 1, 'the crawler to be refused and counted');
  await page.reload();
  await waitForOpens('1');
});

async function signUp(): Promise<void> {
  await page.goto('/sign-up');
  await page.getByLabel('Your name').fill('Sam Reed');
  await page.getByLabel('Work email').fill('sam.reed@acme.example');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
  await page.getByLabel('Company').fill('Acme Corp');
  await page.getByRole('button', { name: 'Create account' }).click();
}

async function copySignature(): Promise<{ html: string; text: string }> {
  await page.getByRole('button', { name: 'Copy signature' }).click();
  await page
    .getByRole('status')
    .filter({ hasText: /copied/i })
    .waitFor();
  return page.evaluate<{ html: string; text: string }>(READ_CLIPBOARD);
}

const READ_CLIPBOARD = `navigator.clipboard.read().then(async ([item]) => ({
  html: await (await item.getType('text/html')).text(),
  text: await (await item.getType('text/plain')).text(),
}))`;

/** A reader's mail client: shows the mail's HTML and loads its images. */
async function openMail(html: string, userAgent?: string): Promise<void> {
  const reader = await browser.newContext(userAgent === undefined ? {} : { userAgent });
  const mailView = await reader.newPage();
  const loaded = mailView.waitForResponse((answer) => answer.url().includes('/api/t/u/'));
  await mailView.setContent(html, { waitUntil: 'load' });
  expect((await loaded).status()).toBe(200);
  await reader.close();
}

async function waitForOpens(count: string): Promise<void> {
  await page.goto('/engagement');
  await waitFor(async () => {
    const figure = page.getByRole('article', { name: /^Opens/ }).locator('strong');
    if ((await figure.textContent({ timeout: 5_000 })) === count) return true;
    await page.reload();
    return false;
  }, `${count} opens on the dashboard`);
}

async function readDrops(): Promise<number> {
  const database = new pg.Client({ connectionString: await readEmbeddedUrl(server.dataDir) });
  await database.connect();
  const { rows } = await database.query('select coalesce(sum(hits), 0)::int as hits from tracking_drop_slots');
  await database.end();
  return rows[0].hits;
}

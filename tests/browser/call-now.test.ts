import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { AGENTS } from '../support/hits.ts';
import { type RunningServer, removeFolder, startServer, waitFor } from '../support/running-server.ts';
import { OWNER } from './open-screens.ts';

// The scenario the product was founded on: a proposal is opened three times in five minutes while its sales person has
// MailTracker open, who sees it within a second, calls, and says what became of it.

const METRICS_TOKEN = 'the metrics of this journey';

let server: RunningServer;
let browser: Browser;
let rep: BrowserContext;
let page: Page;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ env: { METRICS_TOKEN } }), launchBrowser()]);
  rep = await browser.newContext({ baseURL: server.url });
  page = await rep.newPage();
  const answer = await page.request.post('/api/sign-up', { data: { ...OWNER, organizationName: 'Acme Corp' } });
  expect(answer.status()).toBe(201);
});

afterAll(async () => {
  await browser.close();
  await server.stop();
  await removeFolder(server.dataDir);
});

test('"Proposal.pdf" is opened 3 times in 5 minutes: the rep is told to call, with the reason, and says what became of it', async () => {
  const pixelUrl = await trackDeal('Proposal.pdf');
  await page.goto('/live');
  await page.getByRole('heading', { name: 'Nobody to call right now' }).waitFor();
  await page
    .getByRole('status')
    .filter({ hasText: /^live$/ })
    .waitFor();
  const second = await rep.newPage();
  await second.goto('/engagement');

  await openMail(pixelUrl, AGENTS.outlook);
  await openMail(pixelUrl, AGENTS.thunderbird);
  expect(await page.getByRole('meter').count()).toBe(0);
  await openMail(pixelUrl, AGENTS.iphone);
  const openedAt = performance.now();
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Proposal.pdf' }) });
  await card.getByText('Opened 3 times in 5 minutes, last on a phone').waitFor();
  expect(performance.now() - openedAt).toBeLessThan(3_000);
  await card.getByText('hot', { exact: true }).waitFor();
  expect(await page.title()).toBe('(1) Live · MailTracker');

  await second.getByRole('navigation', { name: 'Main', exact: true }).getByText('1 to call').waitFor();
  expect(await countStreams()).toBe(1);

  await card.getByRole('button', { name: 'Why: Proposal.pdf' }).click();
  const why = page.getByRole('dialog', { name: 'Why call now' });
  await why.getByText('Somebody is reading it right now').waitFor();
  await page.keyboard.press('Escape');
  await why.waitFor({ state: 'hidden' });

  await card.getByRole('button', { name: 'Reached: Proposal.pdf' }).click();
  await page.getByRole('heading', { name: 'Nobody to call right now' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await card.getByRole('button', { name: 'Reached: Proposal.pdf' }).click();
  await page.goto('/engagement');
  await waitFor(async () => (await readOutcome()) === 'reached', 'the outcome to be kept');
  await second.goto('/live');
  await second.getByText('Show earlier signals').click();
  await second
    .getByRole('listitem')
    .filter({ hasText: 'Proposal.pdf' })
    .getByText('Reached', { exact: true })
    .first()
    .waitFor();
  const [file] = await Promise.all([
    second.waitForEvent('download'),
    second.getByRole('link', { name: 'Save all signals as CSV' }).click(),
  ]);
  expect(await readFile(await file.path(), 'utf8')).toMatch(/,Proposal\.pdf,.*,reached,/);
});

test('when the tab that listens is closed, another goes on without missing anything', async () => {
  const pixelUrl = await trackDeal('Globex renewal');
  const tabs = rep.pages();
  const last = tabs.at(-1);
  expect(tabs.length).toBe(2);
  await last?.goto('/live');
  await last
    ?.getByRole('status')
    .filter({ hasText: /^live$/ })
    .waitFor();
  await openMail(pixelUrl, AGENTS.outlook);
  await last?.getByText('Globex renewal').first().waitFor();
  await tabs[0]?.close();
  await openMail(pixelUrl, AGENTS.iphone);
  await waitFor(async () => (await last?.getByText('Globex renewal').count()) === 2, 'the open on the other tab');
  expect(await countStreams()).toBe(1);
});

async function trackDeal(name: string): Promise<string> {
  const same = { headers: { origin: server.url } };
  const made = await rep.request.post('/api/campaigns', { ...same, data: { name, deal: {} } });
  expect([made.status(), await made.text()]).toEqual([201, expect.any(String)]);
  const deal = await made.json();
  await rep.request.post(`/api/campaigns/${deal.id}/launch`, same);
  const pixels = await (await rep.request.get(`/api/campaigns/${deal.id}/pixels`)).json();
  return pixels.data[0].url;
}

/** A reader's mail program loads the image; what counts is who asks. */
async function openMail(pixelUrl: string, userAgent: string): Promise<void> {
  const { pathname } = new URL(pixelUrl);
  const answer = await fetch(server.url + pathname, { headers: { 'user-agent': userAgent } });
  expect(answer.headers.get('content-type')).toBe('image/gif');
  await answer.arrayBuffer();
}

async function readOutcome(): Promise<string | null> {
  const { data } = await (await rep.request.get('/api/signals')).json();
  return data[0].outcome;
}

async function countStreams(): Promise<number> {
  const answer = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  return Number(/^mailtracker_live_streams\S* (\d+)$/m.exec(await answer.text())?.[1]);
}

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../support/running-server.ts';
import { openScreens, type Screens } from './open-screens.ts';

// A deal is tracked, run and ended as a sales person does it: in the browser, on the real server.

const CRAWLER = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const INTERACTIONS_MAX = 5;
const MINUTE_MS = 60_000;

let screens: Screens;

beforeAll(async () => {
  screens = await openScreens();
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(() => screens.close());

test('from the empty dashboard to the copied pixel of a deal takes under a minute and five interactions', async () => {
  const page = await openOwn('/engagement');
  await page.getByRole('heading', { name: /No opens yet/ }).waitFor();
  const startedAt = Date.now();
  let interactions = 0;
  const interact = async (step: Promise<unknown>) => {
    await step;
    interactions += 1;
  };
  await interact(page.getByRole('link', { name: 'Campaigns' }).first().click());
  await interact(page.getByLabel('Track a deal').click());
  await interact(page.keyboard.type('Acme Corp Proposal'));
  await interact(page.keyboard.press('Enter'));
  await interact(page.getByRole('button', { name: 'Copy pixel' }).click());
  await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
  expect(interactions).toBeLessThanOrEqual(INTERACTIONS_MAX);
  expect(Date.now() - startedAt).toBeLessThan(MINUTE_MS);
  const html = await page.evaluate<string>(READ_CLIPBOARD_HTML);
  expect(html).toMatch(/<img src="[^"]+\/api\/t\/p\/[\w-]{24}\.gif"/);
  await page.getByText('Running').waitFor();
});

test('the copied pixel counts: an open of the mail stands in the feed with the name of the deal and its reason', async () => {
  const page = await openOwn('/campaigns');
  await track(page, 'Globex renewal');
  const html = await page.getByRole('textbox', { name: 'HTML code of the pixel' }).inputValue();
  const reader = await screens.open();
  const loaded = reader.waitForResponse((answer) => answer.url().includes('/api/t/p/'));
  await reader.setContent(`<p>The proposal.</p>${html}`, { waitUntil: 'load' });
  expect((await loaded).status()).toBe(200);
  await page.getByRole('link', { name: 'Live' }).first().click();
  const row = page.getByRole('listitem').filter({ hasText: 'Globex renewal' });
  await row.waitFor();
  expect(await row.textContent()).toContain('· counted · reader on a computer');
  await row.getByRole('button', { name: /why/i }).click();
  await row.getByText('web browser').waitFor();
});

test('the page of a campaign shows its opens, on what they were read, and what was refused', async () => {
  const page = await openOwn('/campaigns');
  await track(page, 'Hooli offer');
  const html = await page.getByRole('textbox', { name: 'HTML code of the pixel' }).inputValue();
  for (const userAgent of [undefined, CRAWLER]) {
    const reader = await screens.open(userAgent === undefined ? {} : { userAgent });
    const loaded = reader.waitForResponse((answer) => answer.url().includes('/api/t/p/'));
    await reader.setContent(html, { waitUntil: 'load' });
    await loaded;
  }
  const id = new URL(page.url()).pathname.split('/').at(-1);
  await waitFor(async () => {
    const stats = await (await page.request.get(`/api/campaigns/${id}/stats`)).json();
    return stats.totalOpens === 1 && Object.keys(stats.dropped).length === 1;
  }, 'the open and the crawler to be counted');
  // The page asks again every ten seconds only.
  await page.reload();
  const totals = page.getByRole('region', { name: 'Totals' });
  await waitFor(async () => (await totals.textContent())?.includes('1 open') === true, 'one open', 30_000);
  const mix = page.getByRole('region', { name: 'What fetched it' });
  await waitFor(
    async () => /Readers’ own mail programs1Refused before recording1/.test((await mix.textContent()) ?? ''),
    'the crawler',
    30_000,
  );
  await page.getByText('Desktop 100 %').waitFor();
  await page.getByRole('button', { name: 'Show table' }).click();
  await page.getByRole('row').filter({ hasText: 'launched' }).waitFor();
  await page.getByRole('link', { name: 'Campaigns' }).first().click();
  const row = page.getByRole('row').filter({ hasText: 'Hooli offer' });
  await waitFor(async () => /Deal.*Running.*11today/.test((await row.textContent()) ?? ''), 'the figures in the list');
});

test('a campaign is paused and resumed at a click, and ended only after a question', async () => {
  const page = await openOwn('/campaigns');
  await track(page, 'Initech audit');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Paused:').waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await page.getByRole('button', { name: 'Complete' }).click();
  const question = page.getByRole('dialog', { name: 'Complete: Initech audit' });
  await question.getByRole('button', { name: 'Leave it as it is' }).click();
  await question.waitFor({ state: 'hidden' });
  await page.getByText('Running').waitFor();
  await page.getByRole('button', { name: 'Complete' }).click();
  await question.getByRole('button', { name: 'Complete' }).click();
  await page.getByText('It has ended').waitFor();
  await waitFor(async () => (await page.getByRole('button', { name: 'Pause' }).count()) === 0, 'the steps to go');
});

test('a deal without a name is refused in words, at the field', async () => {
  const page = await openOwn('/campaigns');
  await page.getByLabel('Track a deal').press('Enter');
  await page.getByRole('alert').filter({ hasText: 'A name that you will know again' }).waitFor();
});

test('a campaign of the team starts as a draft and is launched after a question', async () => {
  const page = await openOwn('/campaigns');
  await page.getByRole('button', { name: 'New team campaign' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Spring banner');
  await page.getByRole('button', { name: 'Make a draft' }).click();
  await page.getByRole('heading', { level: 1, name: 'Spring banner' }).waitFor();
  await page.getByText('Draft').waitFor();
  await page.getByRole('button', { name: 'Launch' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Launch' }).click();
  await page.getByText('Running').waitFor();
});

test('a campaign is changed in a drawer, a subject line picked, a copy made, and deleting says first what would go', async () => {
  const page = await openOwn('/campaigns');
  const headers = { origin: screens.server.url };
  const data = {
    name: 'April offer',
    audience: { everyone: true },
    variants: [{ label: 'Spring' }, { label: 'Fresh' }],
  };
  const { id } = (await (await page.request.post('/api/campaigns', { headers, data })).json()) as { id: string };
  await page.request.post(`/api/campaigns/${id}/launch`, { headers, data: {} });
  await page.goto(`/campaigns/${id}`);
  await page.getByRole('radio', { name: 'Fresh' }).click();
  await waitFor(async () => {
    const signature = await (await page.request.get('/api/signatures/me')).json();
    return (signature as { campaigns: { id: string; variant: string }[] }).campaigns.some(
      (campaign) => campaign.id === id && campaign.variant === 'Fresh',
    );
  }, 'the picked subject line in the signature');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const drawer = page.getByRole('dialog', { name: 'Edit: April offer' });
  await drawer.getByLabel('Note').fill('For the spring fair');
  await drawer.getByLabel('Ends').fill('2020-01-01T09:00');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await drawer.getByRole('alert').filter({ hasText: 'in the future' }).waitFor();
  await drawer.getByLabel('Ends').fill('2099-01-01T09:00');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await drawer.waitFor({ state: 'hidden' });
  await page.getByRole('paragraph').filter({ hasText: 'For the spring fair' }).waitFor();
  await page.getByText(/Until .*2099/).waitFor();
  await page.getByRole('button', { name: 'Duplicate' }).click();
  await page.getByText('Draft').waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText('No recorded open').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByLabel('Track a deal').waitFor();
});

test.each([390, 1440])('at %i px a name of 120 characters breaks no campaign screen', async (width) => {
  const page = await openOwn('/campaigns', width);
  await track(page, `${'Annual'.repeat(19)} ${width}`.padEnd(120, 'x'));
  expect(await page.evaluate<number>(OVERFLOW)).toBeLessThanOrEqual(0);
  await page.getByRole('link', { name: 'Campaigns' }).first().click();
  await page.getByRole('row').first().waitFor({ state: 'attached' });
  expect(await page.evaluate<number>(OVERFLOW)).toBeLessThanOrEqual(0);
});

const OVERFLOW = 'document.documentElement.scrollWidth - innerWidth';
const READ_CLIPBOARD_HTML =
  "navigator.clipboard.read().then(async ([item]) => (await item.getType('text/html')).text())";

async function openOwn(path: string, width = 1440): Promise<Page> {
  const page = await screens.open({
    cookies: screens.owner,
    permissions: ['clipboard-read', 'clipboard-write'],
    viewport: { width, height: 844 },
  });
  await page.goto(path);
  return page;
}

async function track(page: Page, name: string): Promise<void> {
  await page.getByLabel('Track a deal').fill(name);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.getByRole('button', { name: 'Copy pixel' }).waitFor();
}

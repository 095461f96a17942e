import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../support/running-server.ts';
import { OWNER, openScreens, type Screens } from './open-screens.ts';

// What an admin sees of the team, and everybody of their own signal: real opens and real machines, on the real server.

const CRAWLER = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const NOTICE_SENTENCES = 6;
const MEMBERS = 1_000;

let screens: Screens;

beforeAll(async () => {
  screens = await openScreens();
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(() => screens.close());

test('without opens Live says so and what to do, and the meter claims nothing', async () => {
  const page = await openOwn('/live');
  await page.getByRole('heading', { name: 'Nothing was opened yet' }).waitFor();
  await page.getByRole('link', { name: 'Copy your signature' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await page.waitForURL('**/engagement');
  await page.getByText('Nothing fetched your pixels in the last 30 days.').waitFor();
});

test('a reader and a crawler stand in the meter as they are, each share with its sentence on focus', async () => {
  const page = await openOwn('/signature');
  const { pixelUrl } = (await (await page.request.get('/api/signatures/me')).json()) as { pixelUrl: string };
  await load(pixelUrl);
  await load(pixelUrl, CRAWLER);
  await waitFor(async () => {
    const quality = (await (await page.request.get('/api/tracking/quality')).json()) as Record<string, number>;
    return quality.human === 50 && quality.bot === 50;
  }, 'both to be judged');
  await page.goto('/engagement');
  const meter = page.getByRole('region', { name: 'Signal quality' });
  await meter.getByRole('button', { name: '50 % certain' }).focus();
  await page.getByRole('tooltip').filter({ hasText: 'reader’s own mail program' }).waitFor();
  await meter.getByRole('button', { name: '50 % bots' }).focus();
  await page.getByRole('tooltip').filter({ hasText: 'Programs that are no reader' }).waitFor();
});

test('the team page shows the total, the best, the departments, and one person in a drawer', async () => {
  const page = await openOwn('/engagement');
  await page.getByRole('region', { name: 'Signal quality' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.waitForURL('**/team');
  await page.getByText(/Organization Total:\s*1\s*open$/).waitFor();
  await page.getByRole('region', { name: 'By Department' }).getByText('1 member, 1 opens per member').waitFor();
  const top = page.getByRole('region', { name: 'Top Performers' });
  await top.getByRole('button', { name: /Sam Reed/ }).click();
  const drawer = page.getByRole('dialog', { name: OWNER.name });
  await waitFor(
    async () =>
      (await drawer.getByRole('article', { name: 'Opens this week' }).locator('strong').textContent()) === '1',
    'the figure of the person',
  );
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
  const notice = page.getByRole('region', { name: 'About Email Tracking' }).getByRole('listitem');
  expect(await notice.count()).toBe(NOTICE_SENTENCES);
});

test('among a thousand members one is found by typing, at both widths', async () => {
  const page = await openOwn('/team');
  const csv = Array.from({ length: MEMBERS }, (_, index) => `Member ${index},m${index}@acme.example`);
  const answer = await page.request.post('/api/members/import', {
    headers: { 'content-type': 'text/csv', origin: screens.server.url },
    data: ['name,email', ...csv].join('\n'),
  });
  expect(await answer.json()).toMatchObject({ imported: MEMBERS });
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 });
    await page.reload();
    await page.getByRole('button', { name: 'Show more' }).waitFor();
    await page.getByPlaceholder('Find by name or address').fill('m777@');
    await waitFor(async () => (await page.getByRole('button', { name: /^Member \d+$/ }).count()) === 1, 'one row');
    await page.getByRole('button', { name: 'Member 777', exact: true }).waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  }
});

async function openOwn(path: string): Promise<Page> {
  const page = await screens.open({ cookies: screens.owner, viewport: { width: 1440, height: 900 } });
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

/** A mail program that shows the mail: its address of the pixel is the server of this test. */
async function load(pixelUrl: string, userAgent?: string): Promise<void> {
  const reader = await screens.open(userAgent === undefined ? {} : { userAgent });
  const answer = await reader.goto(new URL(new URL(pixelUrl).pathname, screens.server.url).href);
  expect(answer?.status()).toBe(200);
}

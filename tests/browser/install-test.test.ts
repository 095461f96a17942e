import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openScreens, type Screens } from './open-screens.ts';

// The proof of an installed signature, as its owner sees it: in one browser the waiting line, in another the mail.

const SIGHT_MS_MAX = 1_000;
const THUNDERBIRD = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0';

let screens: Screens;

beforeAll(async () => {
  screens = await openScreens();
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(() => screens.close());

test('the first sight is on screen within a second with its verdict; the test counts nowhere', async () => {
  const page = await openSignature();
  const { html, region } = await startTest(page);
  await region.getByText('Copied: paste it into a mail').waitFor();
  await region.getByRole('button', { name: 'I have sent it' }).click();
  await region.getByText('Now open the mail').waitFor();
  const seenAt = await openMail(html);
  await region.getByText(/We saw it: Thunderbird, just now/).waitFor();
  const tookMs = Date.now() - seenAt;
  console.info(`first sight on screen after ${tookMs} ms`);
  expect(tookMs).toBeLessThan(SIGHT_MS_MAX);
  await region.getByText('would count', { exact: true }).waitFor();
  await region.getByText('It works').waitFor();
  expect(await readOpens(page)).toBe(0);
});

test('an image that loads before sending and never after is said to be copied away or attached', async () => {
  const page = await openSignature();
  const { html, region } = await startTest(page);
  await openMail(html);
  await region.getByText('The image was loaded. Once you have sent the mail').waitFor();
  await region.getByRole('button', { name: 'I have sent it' }).click();
  await region.getByText('Nothing has loaded the image since').waitFor();
  await region.getByText(/We saw it: Thunderbird/).waitFor();
  expect(await readOpens(page)).toBe(0);
});

test('while tracking is off there is nothing to test, and the screen says so', async () => {
  const page = await openSignature();
  const settings = (await (await page.request.get('/api/admin/tracking/settings')).json()) as object;
  const put = (mode: string) =>
    page.request.put('/api/admin/tracking/settings', {
      data: { ...settings, mode },
      headers: { origin: screens.server.url },
    });
  expect((await put('off')).status()).toBe(200);
  try {
    await page.getByRole('button', { name: 'Test it' }).click();
    await page.getByRole('alert').filter({ hasText: 'no pixel while tracking is off' }).waitFor();
  } finally {
    await put('signals');
  }
});

async function openSignature(): Promise<Page> {
  const page = await screens.open({ cookies: screens.owner, permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto('/signature');
  return page;
}

async function startTest(page: Page) {
  await page.getByRole('button', { name: 'Test it' }).click();
  const region = page.getByRole('region', { name: 'Does it work?' });
  await region.getByRole('button', { name: 'Test again' }).waitFor();
  return { html: await page.evaluate<string>(READ_CLIPBOARD_HTML), region };
}

/** A reader's mail program; answers when the image had come. */
async function openMail(html: string): Promise<number> {
  const reader = await screens.open({ userAgent: THUNDERBIRD });
  const loaded = reader.waitForResponse((answer) => answer.url().includes('/api/t/'));
  await reader.setContent(`<p>A test.</p>${html}`);
  expect((await loaded).status()).toBe(200);
  return Date.now();
}

async function readOpens(page: Page): Promise<number> {
  const stats = (await (await page.request.get('/api/tracking/my-stats')).json()) as { today: { opens: number } };
  return stats.today.opens;
}

const READ_CLIPBOARD_HTML =
  "navigator.clipboard.read().then(async ([item]) => (await item.getType('text/html')).text())";

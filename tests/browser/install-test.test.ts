import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openScreens, type Screens } from './open-screens.ts';

// The proof of an installed signature, as its owner sees it: in one browser the waiting line, in another the mail.

let screens: Screens;

beforeAll(async () => {
  screens = await openScreens();
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(() => screens.close());

test('a test turns its waiting line into what was seen, and counts nowhere', async () => {
  const page = await screens.open({ cookies: screens.owner, permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto('/signature');
  await page.getByRole('button', { name: 'Test it' }).click();
  const test = page.getByRole('region', { name: 'Does it work?' });
  await test.getByText('Copied: paste it into a mail').waitFor();
  const html = await page.evaluate<string>(READ_CLIPBOARD_HTML);
  const reader = await screens.open();
  const loaded = reader.waitForResponse((answer) => answer.url().includes('/api/t/'));
  await reader.setContent(`<p>A test.</p>${html.replaceAll(/https?:\/\/[^/"]+\/api/g, `${screens.server.url}/api`)}`);
  expect((await loaded).status()).toBe(200);
  await test.getByText('Copied: paste it into a mail').waitFor({ state: 'hidden' });
  await test.getByText(/Chrome|browser/i).waitFor();
  const stats = (await (await page.request.get('/api/tracking/my-stats')).json()) as { today: { opens: number } };
  expect(stats.today.opens).toBe(0);
});

const READ_CLIPBOARD_HTML =
  "navigator.clipboard.read().then(async ([item]) => (await item.getType('text/html')).text())";

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fillFigures } from './fill-figures.ts';
import { findFaults } from './find-faults.ts';
import { openScreens, type Screens } from './open-screens.ts';

// The widget in a frame of a company's own portal: of one that may show it, and of one that may not.

let screens: Screens;
let portal: Portal;
let stranger: Portal;
/** Signed, for the owner. */
let address: string;

beforeAll(async () => {
  [screens, portal, stranger] = await Promise.all([openScreens(), startPortal(), startPortal()]);
  await fillFigures(screens);
  const page = await screens.open({ cookies: screens.owner });
  const headers = { origin: screens.server.url };
  const { userId } = (await (await page.request.get('/api/session')).json()) as { userId: string };
  await page.request.put('/api/admin/widget-origins', { headers, data: { origins: [portal.origin] } });
  const link = await page.request.post('/api/widget-links', { headers, data: { userId } });
  address = ((await link.json()) as { url: string }).url;
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(async () => {
  await screens.close();
  for (const { server } of [portal, stranger]) server.close();
});

test("in a portal that may show it the member's figures stand in the frame, without a cookie of ours", async () => {
  const page = await openPortal(portal, address);
  const frame = page.frameLocator('iframe');
  await frame.getByRole('heading', { name: 'My email engagement' }).waitFor();
  await frame.getByRole('article', { name: 'Opens this week' }).getByText('1', { exact: true }).waitFor();
  await frame.getByText('We cannot identify who opened your emails.').waitFor();
  expect(await page.context().cookies(screens.server.url)).toEqual([]);
});

test('a portal that is not named gets no frame, whatever address it has', async () => {
  const page = await openPortal(stranger, address);
  await expect.poll(() => page.frames().some((frame) => frame.url().startsWith('chrome-error:'))).toBe(true);
  expect(await page.frameLocator('iframe').getByRole('heading').count()).toBe(0);
  const refused = await screens.settle();
  expect(refused.every((words) => /frame-ancestors/.test(words))).toBe(true);
});

test('without a living signature nobody may frame it, and opened by itself it says what to do', async () => {
  const page = await openPortal(portal, address.replace(/token=.{8}/, 'token=AAAAAAAA'));
  await expect.poll(() => page.frames().some((frame) => frame.url().startsWith('chrome-error:'))).toBe(true);
  expect((await screens.settle()).every((words) => /frame-ancestors/.test(words))).toBe(true);
  const alone = await screens.open();
  await alone.goto('/widget/my-engagement?token=nonsense');
  await alone.getByText('Reload the page that shows it.').waitFor();
});

test.each([
  ['a desk, light', { colorScheme: 'light', viewport: { width: 1440, height: 900 } }],
  ['a phone, dark', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }],
] as const)('the widget has no serious fault on %s', async (_where, look) => {
  const { pathname, search } = new URL(address);
  const page = await screens.open({ ...look, reducedMotion: 'reduce' });
  expect(await findFaults(page, [`${pathname}${search}`])).toEqual([]);
});

interface Portal {
  readonly server: Server;
  readonly origin: string;
}

/** A page of another origin that frames what its own address names. */
async function startPortal(): Promise<Portal> {
  const server = createServer((request, response) => {
    const src = new URL(request.url ?? '', 'http://portal').searchParams.get('src') ?? '';
    response.setHeader('content-type', 'text/html');
    response.end(
      `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Portal</title>
<iframe src="${src}" title="My email engagement" width="600" height="700"></iframe></html>`,
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function openPortal({ origin }: Portal, src: string): Promise<Page> {
  const page = await screens.open();
  await page.goto(`${origin}/?src=${encodeURIComponent(src)}`);
  return page;
}

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { AGENTS } from '../support/hits.ts';
import { waitFor } from '../support/running-server.ts';
import { OWNER, openScreens, type Screens } from './open-screens.ts';

// A day's work without a mouse: nothing here clicks, hovers, or puts the focus anywhere but by keys.

/** More stops than any page has before what is looked for. */
const TABS_MAX = 60;
const PALETTE = 'Find a page, a person or a campaign';
const PAGES = [
  ['l', '/live'],
  ['e', '/engagement'],
  ['c', '/campaigns'],
  ['s', '/signature'],
  ['t', '/team'],
  ['x', '/settings/tracking'],
] as const;

let screens: Screens;
let page: Page;

beforeAll(async () => {
  screens = await openScreens();
  page = await screens.open({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
});

/** All steps share one page, as a person's day does: it is closed at the end only. */
const complaints: string[] = [];
afterEach(() => expect(complaints).toEqual([]));

afterAll(async () => {
  expect(await screens.settle()).toEqual([]);
  await screens.close();
});

test('one signs in: the cursor stands in the first field', async () => {
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto('/sign-in');
  await page.getByLabel('Email').waitFor();
  await page.keyboard.type(OWNER.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(OWNER.password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/engagement');
  await page.getByRole('heading', { level: 1 }).waitFor();
});

test.each(PAGES)('g %s leads to %s', async (key, path) => {
  await page.keyboard.press('g');
  await page.keyboard.press(key);
  await page.waitForURL(`**${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
});

test('a deal is named, tracked and its pixel copied', async () => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: PALETTE }).waitFor();
  await page.keyboard.type('new deal');
  await page.getByRole('option', { name: /new deal/i }).waitFor();
  await page.keyboard.press('Enter');
  await waitFor(async () => (await page.locator('input:focus').count()) === 1, 'the cursor in the field');
  await page.keyboard.type('Acme Corp Proposal');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Acme Corp Proposal' }).waitFor();
  await tabTo('Copy pixel');
  await page.keyboard.press('Enter');
  await page.getByRole('status').filter({ hasText: 'Copied.' }).waitFor();
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toContain('/api/t/p/');
});

test('a signal is answered', async () => {
  const html = await page.evaluate<string>('navigator.clipboard.readText()');
  const pixel = new URL(/https?:[^"]+/.exec(html)?.[0] ?? '');
  for (const agent of [AGENTS.outlook, AGENTS.thunderbird, AGENTS.iphone])
    await fetch(screens.server.url + pixel.pathname, { headers: { 'user-agent': agent } });
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await page.getByRole('heading', { name: 'Acme Corp Proposal' }).waitFor();
  await tabTo('Reached: Acme Corp Proposal');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Nobody to call right now' }).waitFor();
  await waitFor(async () => {
    const { data } = (await (await page.request.get('/api/signals')).json()) as { data: { outcome: string | null }[] };
    return data[0]?.outcome === 'reached';
  }, 'the answer to be kept');
});

test('a setting is changed and saved', async () => {
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  await page.getByRole('switch', { name: 'Exclude bot/crawler traffic' }).waitFor();
  await tabTo('Exclude bot/crawler traffic');
  await page.keyboard.press('Space');
  await tabTo('Save Settings');
  await page.keyboard.press('Enter');
  await page.getByText('Saved. It holds at once.').waitFor();
  const settings = (await (await page.request.get('/api/admin/tracking/settings')).json()) as Record<string, unknown>;
  expect(Object.values(settings)).toContain(false);
});

test('where the keyboard is can be seen', async () => {
  await page.keyboard.press('Shift+Tab');
  const outline = await page.evaluate<string>(
    "(() => { const style = getComputedStyle(document.activeElement); return style.outlineStyle + ' ' + style.boxShadow; })()",
  );
  expect(outline).not.toBe('none none');
});

test('signing out ends the day', async () => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: PALETTE }).waitFor();
  await page.keyboard.type('sign out');
  await page.getByRole('option', { name: /sign out/i }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/sign-in**');
});

/** Goes on by Tab until the focus stands on what is called so. */
async function tabTo(name: string): Promise<void> {
  const passed: string[] = [];
  for (let stop = 0; stop < TABS_MAX; stop += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate<string>(FOCUSED_NAME);
    if (at.startsWith(name)) return;
    passed.push(at);
  }
  throw new Error(`${name} cannot be reached: ${passed.join(' | ')}`);
}

const FOCUSED_NAME = `(() => {
  const at = document.activeElement;
  return (at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent).slice(0, 60);
})()`;

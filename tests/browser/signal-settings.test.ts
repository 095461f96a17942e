import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../support/running-server.ts';
import { fillFigures } from './fill-figures.ts';
import { openScreens, type Screens } from './open-screens.ts';

// What people and admins set about signals, the team's table in every order, and tables as files, on the real server.

let screens: Screens;

beforeAll(async () => {
  screens = await openScreens();
  await fillFigures(screens);
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(() => screens.close());

test('quiet hours, the minimum level and the digest are kept, and Live says when it is quiet', async () => {
  const page = await openOwn('/settings/notifications');
  await page.getByRole('switch', { name: 'Quiet hours' }).click();
  await page.getByLabel('From').fill('18:30');
  await page.getByLabel('To', { exact: true }).fill('18:30');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').filter({ hasText: 'Not saved.' }).waitFor();
  await page.getByLabel('To', { exact: true }).fill('07:15');
  await page.getByLabel('What makes a noise').selectOption('hot');
  await page.getByRole('switch', { name: 'Daily digest' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
  const stored = await (await page.request.get('/api/signals/attention')).json();
  expect(stored).toMatchObject({
    quietHours: { from: '18:30', to: '07:15' },
    minimumLevel: 'hot',
    digestAt: '08:00',
  });
  await page.goto('/live');
  await page.getByRole('link', { name: /quiet hours 18:30–07:15|quiet now, until 07:15/ }).click();
  await page.waitForURL('**/settings/notifications');
  expect(await page.getByLabel('From').inputValue()).toBe('18:30');
});

test('what was muted is listed by its name and heard again at a click', async () => {
  const page = await openOwn('/settings/notifications');
  await page.getByText('Nothing is muted.').waitFor();
  const { data } = (await (await page.request.get('/api/campaigns')).json()) as {
    data: { id: string; name: string }[];
  };
  const [campaign] = data;
  for (const mute of [{ campaignId: campaign?.id }, { rule: 'revived' }])
    expect((await page.request.post('/api/signals/mutes', { data: mute, headers: origin() })).status()).toBe(201);
  await page.reload();
  await page.getByRole('row').filter({ hasText: 'The rule: Revived' }).waitFor();
  await page.getByRole('button', { name: `Unmute ${campaign?.name}` }).click();
  await page.getByRole('button', { name: 'Unmute The rule: Revived' }).click();
  await page.getByText('Nothing is muted.').waitFor();
});

test("an admin changes a rule's number, a wrong one is named at its field, and how often it was right has its sample", async () => {
  const page = await openOwn('/settings/signals');
  const row = page.getByRole('row').filter({ hasText: 'Hot' });
  await row.getByText('nobody has answered yet').waitFor();
  const opens = page.getByRole('textbox', { name: 'Opens, at least, Hot' });
  await opens.fill('99');
  await page.getByRole('button', { name: 'Save rules' }).click();
  await page.getByRole('alert').filter({ hasText: 'Not saved.' }).waitFor();
  await waitFor(async () => (await opens.getAttribute('aria-invalid')) === 'true', 'the field to be named');
  await opens.fill('4');
  await page.getByRole('switch', { name: 'Unusual is on' }).click();
  await page.getByRole('button', { name: 'Save rules' }).click();
  await page.getByText('Saved. They hold for the next open.').waitFor();
  const stored = await (await page.request.get('/api/signals/rules')).json();
  expect(stored).toMatchObject({ hot: { opens: 4 }, unusual: { isOn: false } });
});

test('only origins are taken as pages that may show the widget', async () => {
  const page = await openOwn('/settings/widget');
  const origins = page.getByRole('textbox', { name: 'Pages that may show it' });
  await origins.fill('https://portal.example/dashboard');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').filter({ hasText: 'Not saved.' }).waitFor();
  await origins.fill('https://portal.example\n\nhttps://intranet.example\n');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
  expect(await origins.inputValue()).toBe('https://intranet.example\nhttps://portal.example');
  expect(await page.getByLabel('HTML of the frame').inputValue()).toContain('<iframe');
});

test('the palette puts the cursor where a new deal is named', async () => {
  const page = await openOwn('/engagement');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('new deal');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/campaigns');
  await waitFor(
    async () => (await page.locator('input:focus').getAttribute('placeholder')) === 'Acme Corp Proposal',
    'the cursor in the field',
  );
});

test('the team is sorted by each column, and the other way at a second click', async () => {
  const page = await openOwn('/team');
  const members = page.getByRole('region', { name: 'Members' });
  const first = () => members.locator('tbody tr').first().getByRole('button').textContent();
  await waitFor(async () => (await first()) === 'Sam Reed', 'who has opens to come first');
  await members.getByRole('button', { name: 'Name' }).click();
  await waitFor(async () => (await first()) === 'Member 1', 'names from A');
  expect(await members.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe('ascending');
  await members.getByRole('button', { name: 'Name' }).click();
  await waitFor(async () => (await first())?.startsWith('محمد') === true, 'names from the end');
});

test('what is on a table is saved as a file that says the same', async () => {
  const page = await openOwn('/settings/audit');
  const [audit] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Save as CSV' }).click(),
  ]);
  expect(await readFile(await audit.path(), 'utf8')).toMatch(/^[\w,]+\r?\n/);
  await page.goto('/engagement');
  const chart = page.getByRole('region', { name: /Daily opens/ });
  await chart.getByRole('button', { name: 'Show table' }).click();
  const [daily] = await Promise.all([
    page.waitForEvent('download'),
    chart.getByRole('button', { name: 'Save as CSV' }).click(),
  ]);
  const rows = (await readFile(await daily.path(), 'utf8')).trim().split(/\r?\n/);
  expect(rows.length).toBe(await chart.getByRole('row').count());
});

test('campaigns and members are saved whole, also what a search has taken off the screen', async () => {
  const page = await openOwn('/campaigns');
  expect(await saveAll(page)).toMatch(/^id,name,.*\r\n.*,Globex renewal,.*\r\n.*,Acme Corp Proposal,.*\r\n$/);
  await page.goto('/settings/members');
  await page.getByRole('searchbox').fill('Member 10');
  await waitFor(async () => (await page.locator('tbody tr').count()) === 1, 'the search');
  expect((await saveAll(page)).trim().split('\r\n')).toHaveLength(1 + 13);
});

async function saveAll(page: Page): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Save all as CSV' }).click(),
  ]);
  return readFile(await file.path(), 'utf8');
}

async function openOwn(path: string): Promise<Page> {
  const page = await screens.open({ cookies: screens.owner, viewport: { width: 1440, height: 900 } });
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

function origin(): Record<string, string> {
  return { origin: screens.server.url };
}

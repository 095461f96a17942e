import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../support/running-server.ts';
import { OWNER, openScreens, type Screens } from './open-screens.ts';

// Many people at once, the departments they are in, and what goes for good.

const PEOPLE = [
  'name,email,department,shoe size',
  'Ada Lovelace,ada@acme.example,Sales,38',
  'No Address,nonsense,Sales,40',
  'Grace Hopper,grace@acme.example,Support,39',
].join('\n');

let screens: Screens;

beforeAll(async () => {
  screens = await openScreens();
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(() => screens.close());

test('a file of people is tried first: wrong rows are told by their line, and nothing is kept until one says so', async () => {
  const page = await openOwn('/settings/members');
  await page
    .getByLabel('CSV file')
    .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(PEOPLE) });
  await page.getByText('3 rows read: 2 fit, 1 is wrong.').waitFor();
  await page.getByText('Columns nobody asked for, left aside: shoe size.').waitFor();
  const wrong = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: '3', exact: true }) });
  expect(await wrong.textContent()).toContain('email');
  expect(await readNames(page)).toEqual([OWNER.name]);
  await page.getByRole('button', { name: 'Add 2 members' }).click();
  await page.getByText('2 members were added.').waitFor();
  await page.getByRole('row').filter({ hasText: 'Ada Lovelace' }).waitFor();
  expect(await readNames(page)).toEqual(['Ada Lovelace', 'Grace Hopper', OWNER.name]);
});

test('a department is added, renamed, given to a member, and deleted only after a question', async () => {
  const page = await openOwn('/settings/departments');
  await page.getByRole('row').filter({ hasText: 'Sales' }).getByText('1 member').waitFor();
  await page.getByLabel('New department').fill('Suport');
  await page.keyboard.press('Enter');
  const row = page.getByRole('row').filter({ hasText: 'Suport' });
  await row.getByRole('button', { name: 'Rename' }).click();
  await page.getByLabel('Name of Suport').fill('Field');
  await page.keyboard.press('Enter');
  await page.getByRole('row').filter({ hasText: 'Field' }).getByText('no members').waitFor();
  await page.goto('/settings/members');
  await page.getByLabel('Department of Ada Lovelace').selectOption({ label: 'Field' });
  await waitFor(async () => (await readDepartment(page, 'Ada Lovelace')) === 'Field', 'the department');
  await page.goto('/settings/departments');
  await page.getByRole('row').filter({ hasText: 'Field' }).getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText('Its member is in it; afterwards in none.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('row').filter({ hasText: 'Field' }).waitFor({ state: 'detached' });
  expect(await readDepartment(page, 'Ada Lovelace')).toBe(null);
});

test('a member is erased only once their address is typed, and is gone then', async () => {
  const page = await openOwn('/settings/data');
  const erasure = page.getByRole('region', { name: 'Erase a member' });
  await erasure
    .getByRole('combobox')
    .or(erasure.getByLabel('Member', { exact: true }))
    .first()
    .fill('Grace');
  await page.getByRole('option', { name: /Grace Hopper/ }).click();
  const button = erasure.getByRole('button', { name: 'Erase this member for good' });
  expect(await button.isDisabled()).toBe(true);
  await erasure.getByLabel(/^To go on, type/).fill('grace@acme');
  expect(await button.isDisabled()).toBe(true);
  await erasure.getByLabel(/^To go on, type/).fill('grace@acme.example');
  await button.click();
  await waitFor(async () => !(await readNames(page)).includes('Grace Hopper'), 'the member to be gone');
});

test('the organization is erased only once its name is typed; then nobody is signed in', async () => {
  const page = await openOwn('/settings/data');
  const erasure = page.getByRole('region', { name: 'Erase the organization' });
  const button = erasure.getByRole('button', { name: 'Erase Acme Corp for good' });
  expect(await button.isDisabled()).toBe(true);
  await erasure.getByLabel('To go on, type Acme Corp').fill('Acme Corp');
  await button.click();
  await page.waitForURL('**/sign-in**');
  expect((await page.request.get('/api/session')).status()).toBe(401);
});

async function openOwn(path: string): Promise<Page> {
  const page = await screens.open({ cookies: screens.owner, viewport: { width: 1440, height: 900 } });
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

interface Members {
  readonly data: readonly { readonly name: string; readonly department: { readonly name: string } | null }[];
}

async function readMembers(page: Page): Promise<Members['data']> {
  return ((await (await page.request.get('/api/members')).json()) as Members).data;
}

async function readNames(page: Page): Promise<readonly string[]> {
  return (await readMembers(page)).map(({ name }) => name);
}

async function readDepartment(page: Page, name: string): Promise<string | null | undefined> {
  const member = (await readMembers(page)).find((each) => each.name === name);
  return member && (member.department?.name ?? null);
}

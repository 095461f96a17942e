import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { type Cookies, openScreens, type Screens } from './open-screens.ts';

// Somebody writes code where words belong: in every field that a signature says of a member, and in the template
// itself. Wherever it is shown (preview, editor, lists, the mail) it stays words: nothing runs, asks or is fetched.

const PAYLOADS = [
  '<img src=https://evil.example/x onerror=alert(1)><svg/onload=alert(1)>',
  `"><script>alert(1)</script>' onmouseover='alert(1)' x='`,
  'javascript:alert(1)',
  '{{#full_name}}</td></table><iframe srcdoc=<script>parent.alert(1)</script>>',
] as const;
const FIELDS = ['full_name', 'job_title', 'department', 'phone', 'company', 'slogan'] as const;

let screens: Screens;
let mail: MailServer;
const alarms: string[] = [];

beforeAll(async () => {
  [screens, mail] = await Promise.all([openScreens(), startMailServer()]);
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
  expect(alarms.splice(0)).toEqual([]);
});

afterAll(async () => {
  await screens.close();
  await mail.close();
});

/** A page that tells of every dialog and of every request to anybody but the server. */
async function watched(cookies?: Cookies): Promise<Page> {
  const page = await screens.open(cookies ? { cookies } : {});
  page.on('dialog', (dialog) => {
    alarms.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const { port, protocol, pathname } = new URL(request.url());
    const isOurs = port === `${screens.server.port}` || /^(data|blob|about):/.test(protocol);
    // Whoever is signed in looks at a signature; only a reader of the mail loads its pixel.
    if (!isOurs || (cookies && pathname.startsWith('/api/t/'))) alarms.push(`request: ${request.url()}`);
  });
  return page;
}

async function call(page: Page, method: string, path: string, data: object) {
  const headers = { origin: screens.server.url };
  const answer = await page.request.fetch(path, { method, headers, data });
  return { status: answer.status(), body: JSON.parse((await answer.text()) || 'null') };
}

test('in every field of a member every payload stays words: in the preview, the editor, the lists and the mail', async () => {
  const setup = await screens.open();
  const company = (round: number) => PAYLOADS[(FIELDS.indexOf('company') + round) % PAYLOADS.length] ?? '';
  for (const round of PAYLOADS.keys()) {
    const values = Object.fromEntries(
      FIELDS.map((field, i) => [field, PAYLOADS[(i + round) % PAYLOADS.length] ?? '']),
    ) as Record<(typeof FIELDS)[number], string>;
    await setup.context().clearCookies();
    const owner = { name: values.full_name, email: `owner${round}@hostile.example`, password: 'nine walnut ladders' };
    const signedUp = await call(setup, 'POST', '/api/sign-up', { ...owner, organizationName: company(round) });
    expect(signedUp.status).toBe(201);
    const { userId } = (await (await setup.request.get('/api/session')).json()) as { userId: string };
    expect((await call(setup, 'PATCH', '/api/profile', { title: values.job_title })).status).toBe(200);
    const phone = await call(setup, 'PATCH', '/api/profile', { phone: values.phone });
    expect([200, 400]).toContain(phone.status);
    const department = await call(setup, 'POST', '/api/departments', { name: values.department });
    expect(department.status).toBe(201);
    await call(setup, 'PATCH', `/api/members/${userId}`, { departmentId: department.body.id });
    const template = await call(setup, 'POST', '/api/signature-templates', {
      name: values.slogan.slice(0, 80),
      html: TEMPLATE,
      ownFields: { slogan: values.slogan },
    });
    expect(template.status).toBe(201);
    await call(setup, 'PUT', `/api/signature-templates/${template.body.id}/assignments`, { organization: true });
    await lookEverywhere(await setup.context().cookies(), values.slogan.slice(0, 80));
  }
}, 120_000);

const TEMPLATE = `<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tbody><tr>
<td title="{{full_name}}">{{full_name}} {{job_title}} {{department}} {{company}} {{phone}} {{slogan}}
<a href="https://acme.example/?q={{slogan}}&amp;n={{full_name}}">{{company}}</a> <a href="mailto:{{email}}?subject={{job_title}}">{{email}}</a>
<a href="tel:{{phone}}">{{phone}}</a></td></tr></tbody></table>`;

async function lookEverywhere(cookies: Cookies, templateName: string): Promise<void> {
  const page = await watched(cookies);
  await page.goto('/signature');
  const preview = page.frameLocator('iframe[title]').locator('td').first();
  await preview.waitFor();
  expect(await preview.textContent()).toContain('alert(1)');
  await page.goto('/signature/templates');
  await page.getByRole('button', { name: templateName }).first().click();
  await page.frameLocator('iframe[title]').locator('td').first().waitFor();
  await page.goto('/team');
  await page.getByRole('region', { name: 'Members' }).getByRole('row').nth(1).waitFor();
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
  const signature = (await (await page.request.get('/api/signatures/me')).json()) as { html: string; text: string };
  const received = await mail.send({ subject: 'x', html: signature.html, text: signature.text });
  const reader = await watched();
  await reader.setContent(received.html, { waitUntil: 'load' });
  await reader.locator('td').first().hover();
  expect(await reader.locator('script, iframe, svg, [onerror], [onload], [onmouseover]').count()).toBe(0);
  expect(await reader.locator('img').count()).toBe(1);
  for (const link of await reader.locator('a').all())
    expect(await link.getAttribute('href')).toMatch(/^(https:\/\/acme\.example\/\?|mailto:|tel:)/);
}

test('hostile HTML is refused as it is written, in words at its field; the preview keeps what stood there before', async () => {
  const page = await watched(screens.owner);
  await page.goto('/signature/templates');
  await page.getByRole('button', { name: 'New from “Classic”' }).click();
  const preview = page.frameLocator('iframe[title]');
  await preview.getByText('Sam Reed').waitFor();
  for (const [html, finding] of [
    ['<img src="https://evil.example/x" onerror="alert(1)" alt="" width="1" height="1">', 'no attribute onerror'],
    ['<script>alert(1)</script>', '<script> is not allowed'],
    ['<a href="javascript:alert(1)">x</a>', 'a link begins with'],
    ['<div style="background-image:url(https://evil.example/y)">x</div>', 'background-image is not allowed'],
    ['<p>{{secret}}</p>', '{{secret}} is no known field'],
  ] as const) {
    await page.getByRole('textbox', { name: 'HTML', exact: true }).fill(html);
    await page.getByRole('status').filter({ hasText: finding }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: finding }).waitFor();
  }
  await preview.getByText('Sam Reed').waitFor();
});

test('a template is written, shown for a real person, given to everyone, and stands in the signature with the reason why', async () => {
  const page = await watched(screens.owner);
  await page.goto('/signature/templates');
  await page.getByRole('button', { name: 'New from “Card”' }).click();
  await page.getByLabel('Name', { exact: true }).fill('House card');
  const html = page.getByRole('textbox', { name: 'HTML', exact: true });
  await html.fill(`${await html.inputValue()}<p style="padding:4px">{{slogan}}</p>`);
  await page.getByRole('textbox', { name: 'Own fields' }).fill('slogan = We call back');
  await page.frameLocator('iframe[title]').getByText('We call back').waitFor();
  await page.getByText('<p> padding: Outlook pads cells only').waitFor();
  await page.getByRole('checkbox', { name: 'Everyone' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('status').filter({ hasText: 'Saved' }).waitFor();
  await page.getByRole('button', { name: /House card for everyone/ }).waitFor();
  await page.goto('/signature');
  await page.frameLocator('iframe[title]').getByText('We call back').waitFor();
  await page.getByText('Template: House card').waitFor();
  await page.getByText('chosen for everyone').waitFor();
});

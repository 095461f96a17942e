import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { gmailSanitize } from '../support/gmail-sanitize.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { waitFor } from '../support/running-server.ts';
import { openScreens, type Screens } from './open-screens.ts';

// A signature on its way: rendered by the server, sent by SMTP, parsed as a mail program does, opened in a browser by its
// reader, counted. And how it looks there, before and after what Gmail does to it.

interface Signature {
  readonly html: string;
  readonly text: string;
  readonly pixelUrl: string;
  readonly campaigns: readonly { id: string; name: string; variant: string | null; pixelUrl: string }[];
}

const THUNDERBIRD = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0';
const TRACKED = /\/api\/t\//;

let screens: Screens;
let mail: MailServer;
let page: Page;

beforeAll(async () => {
  [screens, mail] = await Promise.all([openScreens(), startMailServer()]);
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(async () => {
  await screens.close();
  await mail.close();
});

async function open(): Promise<void> {
  page = await screens.open({ cookies: screens.owner });
}

async function call<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, data?: object): Promise<T> {
  const options = { method, headers: { origin: screens.server.url }, ...(data === undefined ? {} : { data }) };
  const answer = await page.request.fetch(path, options);
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Sends the mail by SMTP and opens what arrived; answers the pixels that its reader's program loaded, each once. */
async function sendAndOpen(signature: Signature): Promise<readonly string[]> {
  const { html, text } = signature;
  const received = await mail.send({ subject: 'Proposal', html: `<p>Dear Jo, here it is.</p>${html}`, text });
  expect(received.text).toContain('-- ');
  const reader = await screens.open({ userAgent: THUNDERBIRD });
  const loaded: string[] = [];
  reader.on('response', (answer) => {
    if (TRACKED.test(answer.url()) && answer.status() === 200) loaded.push(answer.url());
  });
  await reader.setContent(received.html, { waitUntil: 'networkidle' });
  return loaded;
}

const userOpens = async () => (await call<{ today: { opens: number } }>('GET', '/api/tracking/my-stats')).today.opens;
const campaignOpens = async (id: string) =>
  (await call<{ totalOpens: number }>('GET', `/api/campaigns/${id}/stats`)).totalOpens;

/** How many loads were refused because the campaign was not active. */
const refused = async (id: string) =>
  (await call<{ dropped: Record<string, number> }>('GET', `/api/campaigns/${id}/stats`)).dropped.campaign_inactive;

test('one mail counts once for its writer and once for the campaign; paused and ended, the pixel answers and counts nothing', async () => {
  await open();
  const { id } = await call<{ id: string }>('POST', '/api/campaigns', { name: 'Spring', audience: { everyone: true } });
  await call('POST', `/api/campaigns/${id}/launch`);
  const signature = await call<Signature>('GET', '/api/signatures/me');
  expect(signature.campaigns.map((campaign) => campaign.id)).toEqual([id]);
  const both = [signature.pixelUrl, signature.campaigns[0]?.pixelUrl ?? ''];

  expect((await sendAndOpen(signature)).toSorted()).toEqual(both.toSorted());
  await waitFor(async () => (await userOpens()) === 1 && (await campaignOpens(id)) === 1, 'one open of each');

  await call('POST', `/api/campaigns/${id}/pause`);
  expect((await call<Signature>('GET', '/api/signatures/me')).campaigns).toEqual([]);
  const other = { ...signature, html: signature.html.replace(signature.pixelUrl, 'data:,') };
  expect(await sendAndOpen(other)).toEqual(both.slice(1));
  await waitFor(async () => (await refused(id)) === 1, 'the paused load to be refused');
  expect(await campaignOpens(id)).toBe(1);
  expect(await userOpens()).toBe(1);

  await call('POST', `/api/campaigns/${id}/resume`);
  expect((await call<Signature>('GET', '/api/signatures/me')).campaigns).toHaveLength(1);
  await call('PATCH', `/api/campaigns/${id}`, { endsAt: new Date(Date.now() + 1_500).toISOString() });
  const ended = await waitFor(
    async () => {
      const now = await call<Signature>('GET', '/api/signatures/me');
      return now.campaigns.length === 0 ? now : null;
    },
    'the campaign to end by itself',
    60_000,
  );
  expect(ended.html).not.toContain('/api/t/p/');
  expect(ended.html).toContain(signature.pixelUrl);
  expect((await call<{ status: string }>('GET', `/api/campaigns/${id}`)).status).toBe('completed');
}, 90_000);

test.each(['Classic', 'Card'])(
  "%s looks the same before and after Gmail's pass, at every width of a mail",
  async (name) => {
    await open();
    await call('PATCH', '/api/profile', { title: 'Account Executive', phone: '+1 555 123 4567' });
    const list = await call<{ starters: { name: string; html: string }[] }>('GET', '/api/signature-templates');
    const html = list.starters.find((starter) => starter.name === name)?.html ?? '';
    const template = await call<{ id: string }>('POST', '/api/signature-templates', { name, html });
    await call('PUT', `/api/signature-templates/${template.id}/assignments`, { organization: true });
    const signature = await call<Signature>('GET', '/api/signatures/me');
    const received = await mail.send({ subject: 'Look', html: signature.html, text: signature.text });
    const seen = gmailSanitize(received.html);
    expect(seen.dropped.filter((dropped) => !dropped.startsWith('mso-'))).toEqual([]);
    for (const width of [320, 600, 1200]) {
      const view = await screens.browser.newContext({ viewport: { width, height: 300 }, offline: true });
      const [before, after] = [await draw(view, received.html), await draw(view, seen.html)];
      expect(after.equals(before)).toBe(true);
      await view.close();
    }
  },
);

async function draw(view: BrowserContext, html: string): Promise<Buffer> {
  const mailView = await view.newPage();
  await mailView.setContent(`<body style="margin:8px">${html}</body>`);
  const picture = await mailView.screenshot();
  await mailView.close();
  return picture;
}

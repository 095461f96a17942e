import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startDiscord } from '../support/fakes/start-discord.ts';
import { startHubspot } from '../support/fakes/start-hubspot.ts';
import { startPipedrive } from '../support/fakes/start-pipedrive.ts';
import { type SlackFake, slackError, startSlack } from '../support/fakes/start-slack.ts';
import { waitFor } from '../support/running-server.ts';
import { openScreens, type Screens } from './open-screens.ts';

// Destinations in the browser on the real server, with the vendors' fakes behind it.

const MINUTE_MS = 60_000;
const READER = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Thunderbird/145.0';

interface Vendors {
  readonly slack: SlackFake;
  readonly discord: Awaited<ReturnType<typeof startDiscord>>;
  readonly hubspot: Awaited<ReturnType<typeof startHubspot>>;
  readonly pipedrive: Awaited<ReturnType<typeof startPipedrive>>;
}

let vendors: Vendors;
let screens: Screens;

beforeAll(async () => {
  vendors = {
    slack: await startSlack(),
    discord: await startDiscord(),
    hubspot: await startHubspot(),
    pipedrive: await startPipedrive(),
  };
  const urls = Object.entries(vendors).map(([name, { url }]) => `${name}=${url}`);
  screens = await openScreens({ DESTINATIONS_URLS: urls.join(',') });
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(async () => {
  await screens?.close();
  for (const fake of Object.values(vendors)) await fake.close();
});

test('each vendor is added in well under a minute, with a real test message', async () => {
  const page = await openOwn();
  await page.getByText('Nothing is sent anywhere yet').waitFor();
  const { slack, discord, hubspot, pipedrive } = vendors;
  const beganAt = Date.now();
  await add(page, 'Slack', slack.url + slack.hook);
  await add(page, 'Discord', discord.url + discord.hook);
  await add(page, 'HubSpot', hubspot.token);
  await add(page, 'Pipedrive', pipedrive.token);
  expect(Date.now() - beganAt).toBeLessThan(MINUTE_MS);
  expect(slack.messages.at(-1)?.text).toContain('Test message from MailTracker');
  expect(discord.messages.at(-1)?.embeds[0]?.title).toContain('Test message from MailTracker');
  expect(hubspot.requests.map(({ operation }) => operation)).toEqual(['createNote', 'archiveNote']);
  expect(pipedrive.requests.map(({ operation }) => operation)).toEqual(['getCurrentUser']);
  await page.reload();
  const list = page.getByRole('region', { name: 'Destinations' });
  await waitFor(async () => (await list.getByRole('img', { name: 'Works' }).count()) === 4, 'four green lights');
  const shown = (await page.content()) + JSON.stringify(await (await page.request.get('/api/destinations')).json());
  for (const secret of ['fakeSecretOfTheHook00001', 'fakeTokenOfTheWebhook', hubspot.token, pipedrive.token])
    expect(shown).not.toContain(secret);
});

test('what is wrong with an address is said at its field, and nothing is added', async () => {
  const page = await openOwn();
  await page.getByRole('button', { name: 'Add a destination' }).click();
  await page.getByRole('radio', { name: 'Slack' }).check();
  await page.getByLabel('Address').fill('https://example.com/hook');
  await page.getByLabel('Name').fill('Wrong');
  await page.getByRole('button', { name: 'Add and send a test' }).click();
  await page.getByText('An incoming webhook of Slack').waitFor();
  expect(await page.getByLabel('Address').getAttribute('aria-invalid')).toBe('true');
  expect(await page.getByRole('link', { name: 'Wrong' }).count()).toBe(0);
});

test('a webhook shows its secret once; the requests it signs verify, before and after a new secret', async () => {
  const receiver = await startReceiver();
  const page = await openOwn();
  await page.getByRole('button', { name: 'Add a destination' }).click();
  const secret = await addWebhook(page, receiver.url);
  expect(secret).toMatch(/^whsec_/);
  expect(() => receiver.verify(secret)).not.toThrow();
  await page.getByRole('link', { name: 'Open Our program' }).click();
  await page.getByRole('heading', { name: 'Our program' }).waitFor();
  expect(await page.getByText(secret).count()).toBe(0);
  await page.getByText('hmac.compare_digest').waitFor({ state: 'detached' });
  await page.getByText('Python', { exact: true }).click();
  await page.getByText('hmac.compare_digest').waitFor();

  await page.getByRole('button', { name: 'New secret' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).click();
  const renewed = await page.getByRole('textbox', { name: 'The secret of Our program' }).inputValue();
  expect(renewed).not.toBe(secret);
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('The test message arrived at Our program.').waitFor();
  expect(() => receiver.verify(secret)).not.toThrow();
  expect(() => receiver.verify(renewed)).not.toThrow();

  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.waitForURL('**/settings/destinations');
  await page.getByRole('link', { name: 'Our program' }).waitFor({ state: 'detached' });
  receiver.close();
});

test('a revoked hook turns its light red and says what to do; mended and resumed, it works again', async () => {
  const { slack } = vendors;
  const page = await openOwn();
  await page.getByRole('link', { name: 'Slack', exact: true }).click();
  slack.break('invalid_token');
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByRole('alert').filter({ hasText: 'the token was revoked' }).waitFor();
  await page.getByRole('img', { name: 'Does not work' }).waitFor();
  await page.getByText('Stopped: the token or address was revoked.').waitFor();

  slack.break(null);
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('The test message arrived at Slack.').waitFor();
  await page.getByRole('img', { name: 'Works' }).waitFor();

  slack.arm({ kind: 'answer', answer: slackError('rollup_error') });
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByRole('alert').filter({ hasText: 'rollup_error' }).waitFor();
});

test('the log shows each try with its answer, by state, and sends again', async () => {
  const { slack } = vendors;
  const page = await openOwn();
  await page.getByRole('link', { name: 'Slack', exact: true }).click();
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByLabel('What is sent').selectOption('everything');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByLabel('What is sent').waitFor({ state: 'detached' });

  slack.break('invalid_payload');
  await openSignature(page);
  await page.getByLabel('Show', { exact: true }).selectOption('given_up');
  const row = page.getByRole('row').filter({ hasText: 'Open' }).filter({ hasText: 'invalid_payload' });
  await row.getByRole('button', { name: 'Details' }).click();
  await page.getByText('invalid_payload', { exact: true }).waitFor();
  await page.getByText('"verdict": "human"').waitFor();

  slack.break(null);
  const before = slack.messages.length;
  await page.getByRole('row').getByRole('button', { name: 'Send again' }).click();
  await waitFor(async () => slack.messages.length > before, 'it to arrive');
  await page.getByLabel('Show', { exact: true }).selectOption('delivered');
  await page.getByRole('row').filter({ hasText: 'Open' }).waitFor();
});

test('whoever is not signed in is told of no destination', async () => {
  const stranger = await screens.open();
  expect((await stranger.request.get('/api/destinations')).status()).toBe(401);
});

async function openOwn(): Promise<Page> {
  const page = await screens.open({ cookies: screens.owner });
  await page.goto('/settings/destinations');
  await page.getByRole('heading', { name: 'Destinations' }).waitFor();
  return page;
}

/** As a reader's own browser would, with the pixel of the owner's signature. */
async function openSignature(page: Page): Promise<void> {
  const { pixelUrl } = (await (await page.request.get('/api/signatures/me')).json()) as { pixelUrl: string };
  const answer = await fetch(screens.server.url + new URL(pixelUrl).pathname, { headers: { 'user-agent': READER } });
  expect(answer.status).toBe(200);
}

async function add(page: Page, kind: string, credential: string): Promise<void> {
  await page.getByRole('radio', { name: kind }).check();
  await page.getByLabel(/^(Address|Access token)$/).fill(credential);
  await page.getByRole('button', { name: 'Add and send a test' }).click();
  await page.getByText(`The test message arrived at ${kind}.`).waitFor();
}

async function addWebhook(page: Page, url: string): Promise<string> {
  await page.getByRole('radio', { name: 'Webhook' }).check();
  await page.getByLabel('Address').fill(url);
  await page.getByLabel('Name').fill('Our program');
  await page.getByRole('button', { name: 'Add and send a test' }).click();
  await page.getByText('The test message arrived at Our program.').waitFor();
  return page.getByRole('textbox', { name: 'The secret of Our program' }).inputValue();
}

interface Receiver {
  readonly url: string;
  /** Throws unless the last request is signed with it, by the official library. */
  verify(secret: string): void;
  close(): void;
}

async function startReceiver(): Promise<Receiver> {
  let last: { headers: Record<string, string>; body: string } | null = null;
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    last = { headers: request.headers as Record<string, string>, body };
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    verify: (secret) => void new Webhook(secret).verify(last?.body ?? '', last?.headers ?? {}),
    close: () => void server.close(),
  };
}

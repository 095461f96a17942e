import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import type { DemoAccount, DemoAnswer } from '../../../src/commands/demo.ts';
import { launchBrowser } from '../browser.ts';
import { AGENTS } from '../hits.ts';
import { type RunningServer, removeFolder, startServer } from '../running-server.ts';

// The built server with the demo in it, and a browser: what pictures are taken of. Nothing here leaves the machine.

/** Somebody who is signed in. */
export interface Actor {
  readonly userId: string;
  readonly organizationId: string;
  readonly cookies: readonly { readonly name: string; readonly value: string; readonly url: string }[];
  /** Asks the server; throws unless it says yes. */
  ask<T>(method: string, path: string, body?: object | string): Promise<T>;
}

export interface Stage {
  readonly server: RunningServer;
  readonly browser: Browser;
  readonly demo: DemoAnswer;
  /** Of everybody who signed up here. */
  readonly password: string;
  signIn(account: DemoAccount): Promise<Actor>;
  /** The owner of a new organization. */
  signUp(draft: { name: string; organizationName: string; timezone?: string }): Promise<Actor>;
  /** A mail program loads the pixel at this address. */
  openMail(pixelUrl: string, agent: string): Promise<void>;
  close(): Promise<void>;
}

/** Whole browsers beside the mail programs of the tests. */
export const READERS = {
  ...AGENTS,
  chrome:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36',
  chromeOnMac:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36',
} as const;

/** Of who is signed in; opens from it would be their own. */
const OWN_BROWSER =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15';
const PASSWORD = 'nine walnut ladders';

/** On a data folder of its own, or on `keptIn`, which stays for the next time. */
export async function openStage(env: Record<string, string> = {}, keptIn?: string): Promise<Stage> {
  const started = startServer({ env, ...(keptIn === undefined ? {} : { dataDir: keptIn }) });
  const [server, browser] = await Promise.all([started, launchBrowser()]);
  const demo = await fillDemo(server, env);
  let signedUp = 0;
  return {
    server,
    browser,
    demo,
    password: PASSWORD,
    signIn: ({ email, password, userId }) =>
      enter(server, '/api/auth/sign-in/email', { email, password }, { userId, organizationId: demo.organizationId }),
    signUp: (draft) => {
      signedUp += 1;
      return enter(server, '/api/sign-up', {
        ...draft,
        email: `owner${signedUp}@pictures.example`,
        password: PASSWORD,
      });
    },
    openMail: async (pixelUrl, agent) => {
      const answer = await fetch(server.url + new URL(pixelUrl).pathname, { headers: { 'user-agent': agent } });
      await answer.arrayBuffer();
    },
    close: async () => {
      await browser.close();
      await server.stop();
      if (keptIn === undefined) await removeFolder(server.dataDir);
    },
  };
}

/** With the server's own environment: pixels sealed under another APP_SECRET could not be shown. */
async function fillDemo({ dataDir, port }: RunningServer, own: Record<string, string>): Promise<DemoAnswer> {
  const main = new URL('../../../dist/main.js', import.meta.url).pathname;
  const env = { ...process.env, DATA_DIR: dataDir, PORT: String(port), HOST: '127.0.0.1', ...own };
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'demo', '--json'], { env });
  return JSON.parse(stdout) as DemoAnswer;
}

async function enter(
  server: RunningServer,
  path: string,
  body: object,
  known?: Pick<Actor, 'userId' | 'organizationId'>,
): Promise<Actor> {
  const answer = await fetch(server.url + path, {
    method: 'POST',
    headers: { origin: server.url, 'content-type': 'application/json', 'user-agent': OWN_BROWSER },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
  const pairs = answer.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  const cookies = pairs.map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return { name, value: value.join('='), url: server.url };
  });
  const { userId, organizationId } = known ?? (JSON.parse(text) as Actor);
  const ask = async <T>(method: string, question: string, sent?: object | string): Promise<T> => {
    const type = typeof sent === 'string' ? 'text/csv' : 'application/json';
    const answered = await fetch(server.url + question, {
      method,
      headers: {
        cookie: pairs.join('; '),
        origin: server.url,
        'user-agent': OWN_BROWSER,
        ...(sent === undefined ? {} : { 'content-type': type }),
      },
      ...(sent === undefined ? {} : { body: typeof sent === 'string' ? sent : JSON.stringify(sent) }),
    });
    const said = await answered.text();
    if (!answered.ok) throw new Error(`${method} ${question} answered ${answered.status}: ${said}`);
    return (said === '' ? null : JSON.parse(said)) as T;
  };
  return { userId, organizationId, cookies, ask };
}

/** Launches a campaign for the actor alone and answers its id and its pixel's address. */
export async function trackDeal(actor: Actor, name: string): Promise<{ id: string; pixelUrl: string }> {
  const { id } = await actor.ask<{ id: string }>('POST', '/api/campaigns', {
    name,
    deal: {},
    audience: { userIds: [actor.userId] },
  });
  await actor.ask('POST', `/api/campaigns/${id}/launch`, {});
  return { id, pixelUrl: await readPixel(actor, id) };
}

export async function readPixel(actor: Actor, campaignId: string): Promise<string> {
  const { data } = await actor.ask<{ data: { url: string }[] }>('GET', `/api/campaigns/${campaignId}/pixels`);
  const url = data[0]?.url;
  if (url === undefined) throw new Error('the campaign has no pixel');
  return url;
}

import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { type RunningServer, removeFolder, startServer } from '../support/running-server.ts';
import { createTestDatabase } from '../support/test-database.ts';

// The built server and a Chromium, with an owner signed up. Whatever the browser complains about is kept, so that a
// test can hold that it complained about nothing.

export type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;

export interface Screens {
  readonly server: RunningServer;
  readonly browser: Browser;
  /** Of the owner of the organization. */
  readonly owner: Cookies;
  open(options?: BrowserContextOptions & { cookies?: Cookies }): Promise<Page>;
  /** Closes every page and answers the faults of scripts and breaches of the policy since the last time. */
  settle(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const OWNER = { name: 'Sam Reed', email: 'sam.reed@acme.example', password: 'correct horse battery staple' };

/**
 * `env`: more settings of the server. Its database is a clone of the run's template: a PostgreSQL of its own would be
 * made and migrated for each file, which open-to-dashboard.test.ts and the journeys see to.
 */
export async function openScreens(env: Record<string, string> = {}): Promise<Screens> {
  const database = await createTestDatabase();
  const settings = { DATABASE_URL: database.ownerUrl, ...env };
  const [server, browser] = await Promise.all([startServer({ env: settings }), launchBrowser()]);
  let opened: BrowserContext[] = [];
  let complaints: string[] = [];
  const open: Screens['open'] = async ({ cookies, ...options } = {}) => {
    const context = await browser.newContext({ baseURL: server.url, ...options });
    opened.push(context);
    if (cookies) await context.addCookies(cookies);
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      const isFault = message.type() === 'error' || message.type() === 'warning';
      if (isFault && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
    });
    return page;
  };
  const settle = async () => {
    for (const context of opened) await context.close();
    const found = complaints;
    opened = [];
    complaints = [];
    return found;
  };
  const close = async () => {
    await browser.close();
    await server.stop();
    await database.drop();
    await removeFolder(server.dataDir);
  };
  return { server, browser, owner: await signUp(await open()), open, settle, close };
}

async function signUp(page: Page): Promise<Cookies> {
  const answer = await page.request.post('/api/sign-up', { data: { ...OWNER, organizationName: 'Acme Corp' } });
  if (!answer.ok()) throw new Error(`sign-up answered ${answer.status()}: ${await answer.text()}`);
  return page.context().cookies();
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Actor, Stage } from './open-stage.ts';

// Photographs pages and keeps what their browser complained about, so that a picture of a faulty page is never taken
// for a good one. A page is taken once it stands: no skeleton, fonts there, nothing moving.

export interface Shot {
  readonly name: string;
  readonly path: string;
  /** Nobody when left out: a stranger sees it. */
  readonly actor?: Actor;
  /** Of the whole page; the first screen only when it says so. */
  readonly isFirstScreenOnly?: boolean;
  /** Before the page is gone to. */
  readonly prepare?: (page: Page) => Promise<void>;
  /** Once the page stands. */
  readonly act?: (page: Page) => Promise<void>;
  /** Europe/Berlin when left out. */
  readonly timezone?: string;
  /** The page is pictured before its figures are there. */
  readonly isBusy?: boolean;
  /** The browser itself reports each request that fails; where they fail on purpose, that is no complaint. */
  readonly mayFailRequests?: boolean;
}

export interface Camera {
  /** In each look, one after the other. */
  shoot(shot: Shot): Promise<void>;
  readonly complaints: readonly string[];
}

/** Where pictures go. */
export interface Pictures {
  readonly folder: string;
  /** Of the shots, those whose name holds this. */
  readonly only: RegExp;
  /** Also as PNG into this folder, to be looked at and not kept. */
  readonly png: string | null;
  readonly looks?: readonly Look[];
  /** What the browser asks for; en-GB when left out. */
  readonly locale?: string;
}

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
}

export const LOOKS: readonly Look[] = [
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' },
];

/** Each width in each scheme. */
export const ALL_LOOKS: readonly Look[] = LOOKS.flatMap((look) => [
  { ...look, colorScheme: 'light' as const },
  { ...look, colorScheme: 'dark' as const },
]);

/** Longer pages are cut: nobody looks at a picture of ten screens. */
const HEIGHT_MAX = 1_600;
const QUALITIES = [50, 35];
const PICTURE_BYTES_MAX = 60_000;

export async function createCamera(stage: Stage, to: Pictures): Promise<Camera> {
  const { folder, only } = to;
  await mkdir(folder, { recursive: true });
  if (to.png) await mkdir(to.png, { recursive: true });
  const complaints: string[] = [];
  const shoot = async (shot: Shot): Promise<void> => {
    if (!only.test(shot.name)) return;
    for (const look of to.looks ?? LOOKS) {
      const name = `${shot.name}-${look.width}-${look.colorScheme}`;
      const page = await openPage(stage, look, { actor: shot.actor, timezone: shot.timezone, locale: to.locale });
      watch(page, (complaint) => {
        if (shot.mayFailRequests && complaint.startsWith('Failed to load resource')) return;
        complaints.push(`${name}: ${complaint}`);
      });
      try {
        await shot.prepare?.(page);
        await page.goto(shot.path);
        await stand(page, shot.isBusy ?? false);
        await shot.act?.(page);
        await settle(page);
        const aside = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        if (aside > 0) complaints.push(`${name}: scrolls ${aside} px sideways`);
        const lossless = await take(page, look, join(folder, `${name}.webp`), shot);
        if (to.png) await writeFile(join(to.png, `${name}.png`), lossless);
      } catch (error) {
        complaints.push(`${name}: ${error instanceof Error ? error.message.split('\n')[0] : 'failed'}`);
      }
      await page.context().close();
      process.stdout.write(`  ${name}\n`);
    }
  };
  return { shoot, complaints };
}

interface Visitor {
  readonly actor?: Actor | undefined;
  readonly timezone?: string | undefined;
  readonly locale?: string | undefined;
}

export async function openPage(stage: Stage, look: Look, visitor: Visitor = {}): Promise<Page> {
  const { actor, timezone = 'Europe/Berlin', locale = 'en-GB' } = visitor;
  const context = await stage.browser.newContext({
    baseURL: stage.server.url,
    viewport: { width: look.width, height: look.height },
    colorScheme: look.colorScheme,
    reducedMotion: 'reduce',
    locale,
    timezoneId: timezone,
  });
  if (actor) {
    await context.addCookies([...actor.cookies]);
    await context.addInitScript("localStorage.setItem('mailtracker-signed-in', 'yes')");
  }
  return context.newPage();
}

/** Errors and warnings on the console, faults of scripts, and requests that were answered with an error. */
export function watch(page: Page, complain: (complaint: string) => void): void {
  page.on('pageerror', (error) => complain(error.message));
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    complain(`${message.text().split('\n')[0]} (${message.location().url})`);
  });
}

/** One part's figures may bring the next part: a page stands once nothing of it was busy for some frames. */
async function stand(page: Page, isBusy: boolean): Promise<void> {
  await page.locator('h1').first().waitFor();
  if (!isBusy) await page.evaluate(UNTIL_CALM);
}

const CALM_FRAMES = 30;
const UNTIL_CALM = `new Promise((done) => {
  let calm = 0;
  const look = () => {
    const isBusy = document.querySelector('[aria-busy=true]') !== null || document.querySelector('h1') === null;
    calm = isBusy ? 0 : calm + 1;
    if (calm > ${CALM_FRAMES}) done(); else requestAnimationFrame(look);
  };
  look();
})`;

/** Two frames after the last font and picture have come. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(`Promise.all([document.fonts.ready, ...[...document.images].filter((one) => one.loading !== 'lazy' && !one.complete)
    .map((one) => new Promise((done) => { one.onload = one.onerror = done; }))])
    .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))`);
}

async function take(page: Page, look: Look, path: string, shot: Shot): Promise<Buffer> {
  const whole = await page.evaluate<number>('document.documentElement.scrollHeight');
  const height = shot.isFirstScreenOnly ? look.height : Math.min(Math.max(whole, look.height), HEIGHT_MAX);
  // What sticks to the bottom of the window belongs at the end of the picture, and not across it.
  if (height > look.height) await page.setViewportSize({ width: look.width, height });
  await settle(page);
  const picture = await toSmall(page);
  await writeFile(path, picture);
  return page.screenshot({ animations: 'disabled' });
}

/** The best quality that fits; WebP, which Playwright has no word for, is half of what JPEG is at the same looks. */
async function toSmall(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  let picture: Buffer = Buffer.alloc(0);
  for (const quality of QUALITIES) {
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality });
    picture = Buffer.from(data, 'base64');
    if (picture.length <= PICTURE_BYTES_MAX) return picture;
  }
  return picture;
}

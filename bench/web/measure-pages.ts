import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';

// What one page costs its reader: bytes on a first visit, how far things moved, and when its figures stood and it
// answered. Each visit has a browser context of its own, so that nothing is cached.

export interface PageAddress {
  readonly name: string;
  readonly path: string;
  /** A stranger's page: nobody is signed in. */
  readonly isPublic?: boolean;
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly url: string;
}

export interface Visit {
  readonly width: number;
  readonly height: number;
  /** 4: the processor seems four times slower; 1: as it is. */
  readonly slowDown: number;
}

export interface Measured {
  /** Gzip, level 9. */
  readonly scriptBytes: number;
  /** Document, style sheets and scripts, gzip, level 9. */
  readonly codeBytes: number;
  /** The web vitals' layout shift up to when the page stood. */
  readonly shift: number;
  /** From the navigation until the heading was drawn. */
  readonly framedMs: number;
  /** From the navigation until no skeleton was left, two frames were drawn and the main thread took a task. */
  readonly standsMs: number;
}

export async function measurePage(
  browser: Browser,
  site: { readonly url: string; readonly cookies: readonly Cookie[] },
  page: PageAddress,
  visit: Visit,
): Promise<Measured> {
  const context = await browser.newContext({
    baseURL: site.url,
    viewport: { width: visit.width, height: visit.height },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  try {
    if (!page.isPublic) {
      await context.addCookies([...site.cookies]);
      await context.addInitScript("localStorage.setItem('mailtracker-signed-in', 'yes')");
    }
    await context.addInitScript(WATCH);
    const tab = await context.newPage();
    const bodies = collectCode(tab);
    const session = await context.newCDPSession(tab);
    await session.send('Emulation.setCPUThrottlingRate', { rate: visit.slowDown });
    await tab.goto(page.path, { waitUntil: 'commit' });
    const seen = await tab.evaluate<{ framed: number; stands: number; shift: number }>('window.stood');
    const code = await Promise.all(bodies);
    const toBytes = (kinds: readonly string[]) =>
      code.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      scriptBytes: toBytes(['script']),
      codeBytes: toBytes(['document', 'stylesheet', 'script']),
      shift: seen.shift,
      framedMs: seen.framed,
      standsMs: seen.stands,
    };
  } finally {
    await context.close();
  }
}

function collectCode(tab: Page): Promise<{ kind: string; bytes: number }>[] {
  const bodies: Promise<{ kind: string; bytes: number }>[] = [];
  tab.on('response', (response) => {
    const kind = response.request().resourceType();
    if (!['document', 'stylesheet', 'script'].includes(kind)) return;
    bodies.push(
      response.body().then(
        (body) => ({ kind, bytes: gzipSync(body, { level: 9 }).length }),
        () => ({ kind, bytes: 0 }),
      ),
    );
  });
  return bodies;
}

/** What does not stand by then counts as having needed this long. */
const STANDS_MS_MAX = 60_000;

/** Looks at each frame; a page stands when it has its heading, and no skeleton for two frames. */
const WATCH = `window.seen = { shift: 0 };
let done;
window.stood = new Promise((resolve) => { done = resolve; });
const end = () => { window.seen.stands = performance.now(); done({ framed: ${STANDS_MS_MAX}, ...window.seen }); };
setTimeout(end, ${STANDS_MS_MAX});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.seen.shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
let calm = 0;
const look = () => {
  const hasHeading = document.querySelector('h1') !== null;
  if (hasHeading && window.seen.framed === undefined) window.seen.framed = performance.now();
  calm = hasHeading && document.querySelector('[aria-busy=true]') === null ? calm + 1 : 0;
  if (calm < 3) return requestAnimationFrame(look);
  const channel = new MessageChannel();
  channel.port1.onmessage = end;
  channel.port2.postMessage(null);
};
requestAnimationFrame(look);`;

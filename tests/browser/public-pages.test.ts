import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openScreens, type Screens } from './open-screens.ts';

// The pages that strangers see, in both languages: the landing page at / and /why for whoever finds the image in a mail.

const BYTES_MAX = 60 * 1024;
const LOOKS = [
  { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const;
const PAGES = [
  { path: '/', locale: 'en-GB', title: 'Stop chasing cold leads.', other: 'Deutsch' },
  { path: '/', locale: 'de-DE', title: null, other: 'English' },
  { path: '/why', locale: 'en-GB', title: null, other: 'Deutsch' },
  { path: '/why', locale: 'de-DE', title: null, other: 'English' },
] as const;

let screens: Screens;

beforeAll(async () => {
  screens = await openScreens();
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(() => screens.close());

test.each(PAGES)('$path in $locale has no serious fault, and nothing scrolls sideways', async (given) => {
  for (const look of LOOKS) {
    const page = await screens.open({ ...look, locale: given.locale, reducedMotion: 'reduce' });
    const refused: string[] = [];
    page.on('response', (answer) => {
      if (answer.status() >= 400) refused.push(answer.url());
    });
    await page.goto(given.path, { waitUntil: 'load' });
    const title = await page.getByRole('heading', { level: 1 }).textContent();
    if (given.title !== null) expect(title).toBe(given.title);
    expect(await page.evaluate<string>('document.documentElement.lang')).toBe(given.locale.slice(0, 2));
    await page.getByRole('link', { name: given.other }).first().waitFor();
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(refused).toEqual([]);
  }
});

test('the landing page leads to an organization of one’s own, and weighs at most 60 KB of HTML, styles and scripts', async () => {
  const page = await screens.open({ locale: 'en-GB' });
  const bodies: Promise<Buffer>[] = [];
  page.on('response', (answer) => {
    if (/text\/html|text\/css|javascript/.test(answer.headers()['content-type'] ?? '')) bodies.push(answer.body());
  });
  await page.goto('/', { waitUntil: 'load' });
  const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + body.byteLength, 0);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(BYTES_MAX);
  await page.getByRole('link', { name: 'Create your organization' }).first().click();
  await page.getByRole('heading', { name: 'Create your account' }).waitFor();
});

test('the other language is one click away and stays on the page', async () => {
  const page = await screens.open({ locale: 'en-GB' });
  await page.goto('/why');
  await page.getByRole('link', { name: 'Deutsch' }).first().click();
  await page.getByRole('link', { name: 'English' }).first().waitFor();
  expect(new URL(page.url()).pathname).toBe('/why');
});

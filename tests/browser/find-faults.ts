import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** The most that may have moved by itself on a page that stands (the web vitals' layout shift). */
const SHIFT_MAX = 0.02;

/** Of each page: serious faults against axe's rules, what moved after it was there, and what scrolls sideways. */
export async function findFaults(page: Page, paths: readonly string[]): Promise<string[]> {
  await page.addInitScript(WATCH_SHIFTS);
  const faults: string[] = [];
  for (const path of paths) {
    if (path === paths[0]) await page.goto(path);
    else await goInside(page, path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    for (const { id, impact, nodes } of violations)
      if (impact === 'serious' || impact === 'critical') faults.push(`${path} ${id}: ${nodes[0]?.html.slice(0, 160)}`);
    const moved = await page.evaluate<number>('window.moved');
    if (moved >= SHIFT_MAX) faults.push(`${path} moved by ${moved}`);
    const aside = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    if (aside > 0) faults.push(`${path} scrolls ${aside} px sideways`);
  }
  return faults;
}

/** As a link does: the page is not loaded anew, which costs a second each. */
async function goInside(page: Page, path: string): Promise<void> {
  const before = await page.getByRole('heading', { level: 1 }).textContent();
  await page.evaluate(`window.moved = 0; history.pushState(null, '', ${JSON.stringify(path)})`);
  await page
    .getByRole('heading', { level: 1 })
    .filter({ hasNotText: before ?? '' })
    .waitFor();
}

const WATCH_SHIFTS = `window.moved = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
}).observe({ type: 'layout-shift', buffered: true });`;

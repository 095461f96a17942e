import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { type Look, openPage, settle, watch } from './create-camera.ts';
import { READERS, type Stage, trackDeal } from './open-stage.ts';

// The moving picture of the landing page: Live while a proposal is opened once, again, and a third time, each by a real
// load of the real pixel. Frames of 1120 × 700, light and dark taken of the same moment.

const DEAL = 'Acme Corp Proposal';
const THEMES = ['light', 'dark'] as const;
const QUALITY = 82;
const BETWEEN_OPENS_MS = 47_000;

/** Answers what the pages complained about. */
export async function shootFilm(stage: Stage, folder: string, png: string | null): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const complaints: string[] = [];
  // Somebody's ten o'clock, whenever this runs: by night Live says that it is quiet.
  const timezone = toMorningZone(Date.now());
  const rep = await stage.signUp({ name: 'Tom Wilson', organizationName: 'Northwind Trading', timezone });
  const { pixelUrl: signature } = await rep.ask<{ pixelUrl: string }>('GET', '/api/signatures/me');
  const [renewal, deal] = [await trackDeal(rep, 'Globex renewal'), await trackDeal(rep, DEAL)];
  await stage.openMail(signature, READERS.thunderbird);
  await stage.openMail(signature, READERS.applePrefetch);
  await stage.openMail(renewal.pixelUrl, READERS.outlook);
  const pages: Page[] = [];
  for (const colorScheme of THEMES) {
    const look: Look = { width: 1120, height: 700, colorScheme };
    const page = await openPage(stage, look, { actor: rep, timezone });
    watch(page, (complaint) => complaints.push(`film-${colorScheme}: ${complaint}`));
    await page.goto('/live');
    await toFeed(page).getByText('Globex renewal').waitFor();
    await page
      .getByRole('status')
      .filter({ hasText: /^live$/ })
      .waitFor();
    pages.push(page);
  }
  for (const [index, agent] of [READERS.chrome, READERS.chromeOnMac, READERS.iphone].entries()) {
    // Live shows the time of each: three opens in one second are no scenario.
    await setTimeout(BETWEEN_OPENS_MS);
    await stage.openMail(deal.pixelUrl, agent);
    for (const [which, page] of pages.entries()) {
      const rows = toFeed(page).getByRole('listitem').filter({ hasText: DEAL });
      await rows.nth(index).waitFor();
      const name = page.getByRole('heading', { name: DEAL });
      if (index === 2) await page.getByText('Opened 3 times').first().waitFor();
      else if (index === 0 && (await name.count()) > 0) complaints.push('one open is no signal yet');
      await settle(page);
      const path = join(folder, `live-${index + 1}-${THEMES[which]}.jpg`);
      await page.screenshot({ path, type: 'jpeg', quality: QUALITY, animations: 'disabled' });
      if (png)
        await page.screenshot({
          path: join(png, path.split('/').at(-1)?.replace('jpg', 'png') ?? ''),
          animations: 'disabled',
        });
      process.stdout.write(`  ${path.split('/').at(-1)}\n`);
    }
  }
  for (const page of pages) await page.context().close();
  return complaints;
}

function toFeed(page: Page) {
  return page.getByRole('region', { name: 'Feed' });
}

/** One of 24 zones, an hour apart, where it is ten in the morning. */
function toMorningZone(now: number): string {
  const east = ((10 - new Date(now).getUTCHours() + 36) % 24) - 12;
  // The sign of these names is the other way round: Etc/GMT-8 is eight hours east.
  return east === 0 ? 'UTC' : `Etc/GMT${east > 0 ? '-' : '+'}${Math.abs(east)}`;
}

import type { Page } from 'playwright-core';
import { type Databases, openDatabases } from '../../../src/db/open-databases.ts';
import type { CampaignId, MemberId, OrganizationId } from '../../../src/domain/ids.ts';
import { readEmbeddedUrl } from '../embedded-url.ts';
import { storeSlots } from '../store-slots.ts';
import { createCamera, type Pictures } from './create-camera.ts';
import { type Actor, READERS, type Stage, trackDeal } from './open-stage.ts';

// What happens rarely and must look right all the same: nothing yet, far too much of everything, names that are longer
// than any field, the session or the server gone.

export const LONG_NAME = `${'Wolfeschlegelsteinhausenbergerdorff '.repeat(2)}Longname`;
export const RTL_NAME = 'محمد عبد الرحمن الكاتب';
const MEMBERS = 1_000;
const OPENS = 10_000_000;
const DAYS = 60;
const DAY_MS = 86_400_000;
const SLOT_MS = 900_000;

/** Answers what the pages complained about. */
export async function shootStates(stage: Stage, pictures: Pictures): Promise<readonly string[]> {
  const camera = await createCamera(stage, pictures);
  const rep = await stage.signIn(stage.demo.member);
  const admin = await stage.signIn(stage.demo.admin);
  const empty = await stage.signUp({ name: 'Nora New', organizationName: 'Brand New', timezone: 'Europe/Berlin' });
  const databases = openDatabases(await readEmbeddedUrl(stage.server.dataDir));
  try {
    const kolkata = await fillKolkata(stage, databases);
    const { huge, campaignId } = await fillHuge(stage, databases);
    for (const page of ['live', 'engagement', 'campaigns', 'signature', 'team', 'settings/destinations'])
      await camera.shoot({ name: `empty-${page.replace('settings/', '')}`, path: `/${page}`, actor: empty });
    for (const page of [
      'live',
      'engagement',
      'campaigns',
      'signature',
      'team',
      'settings/members',
      'settings/departments',
    ])
      await camera.shoot({ name: `huge-${page.replace('settings/', '')}`, path: `/${page}`, actor: huge });
    await camera.shoot({ name: 'huge-campaign', path: `/campaigns/${campaignId}`, actor: huge });
    await camera.shoot({ name: 'huge-search', path: '/team', actor: huge, act: searchFor(RTL_NAME) });
    for (const page of ['engagement', 'live'])
      await camera.shoot({ name: `kolkata-${page}`, path: `/${page}`, actor: kolkata, timezone: 'Asia/Kolkata' });
    for (const page of ['engagement', 'live', 'team'])
      await camera.shoot({ name: `slow-${page}`, path: `/${page}`, actor: admin, prepare: holdAnswers, isBusy: true });
    await camera.shoot({ name: 'server-away', path: '/team', actor: admin, act: loseServer, mayFailRequests: true });
    const away = { name: 'server-away-at-once', path: '/engagement', actor: rep, mayFailRequests: true };
    await camera.shoot({ ...away, prepare: loseAnswers });
    await camera.shoot({
      name: 'session-lost',
      path: '/engagement',
      actor: rep,
      act: loseSession,
      mayFailRequests: true,
    });
  } finally {
    await databases.close();
  }
  return camera.complaints;
}

/** A thousand members with 10⁷ opens, one of them called at length and one from right to left. */
async function fillHuge(stage: Stage, databases: Databases): Promise<{ huge: Actor; campaignId: string }> {
  const huge = await stage.signUp({ name: LONG_NAME, organizationName: LONG_NAME, timezone: 'Europe/Berlin' });
  await huge.ask('POST', '/api/departments', { name: LONG_NAME });
  await huge.ask('POST', '/api/departments', { name: 'قسم المبيعات' });
  const rows = Array.from(
    { length: MEMBERS - 3 },
    (_, n) => `Member ${n + 1},member${n + 1}@huge.example,${n % 3 ? LONG_NAME : ''}`,
  );
  const named = [`${LONG_NAME},long@huge.example,${LONG_NAME}`, `${RTL_NAME},rtl@huge.example,قسم المبيعات`];
  await huge.ask('POST', '/api/members/import', ['name,email,department', ...named, ...rows].join('\n'));
  const deal = await trackDeal(huge, LONG_NAME);
  const other = await trackDeal(huge, RTL_NAME);
  const { rows: members } = await readMembers(databases, huge);
  const owner = toOwner(huge);
  const each = Math.round(OPENS / DAYS / 4);
  await storeSlots(databases, owner, toSlots(each * 4));
  await storeSlots(databases, { ...owner, campaignId: deal.id as CampaignId }, toSlots(each * 4));
  for (const [index, memberId] of members.slice(0, 20).entries())
    await storeSlots(databases, { ...owner, memberId }, toSlots(Math.round((each * 4) / (index + 2))));
  for (const agent of [READERS.chrome, READERS.outlook, READERS.iphone]) {
    await stage.openMail(deal.pixelUrl, agent);
    await stage.openMail(other.pixelUrl, agent);
  }
  return { huge, campaignId: deal.id };
}

async function readMembers({ system }: Databases, { organizationId, userId }: Actor): Promise<{ rows: MemberId[] }> {
  const found = await system
    .selectFrom('organization_users')
    .where('organization_id', '=', organizationId as OrganizationId)
    .where('id', '!=', userId as MemberId)
    .select('id')
    .orderBy('name', 'desc')
    .execute();
  return { rows: found.map(({ id }) => id) };
}

async function fillKolkata(stage: Stage, databases: Databases): Promise<Actor> {
  const draft = { name: 'Priya Nair', organizationName: 'Kolkata Traders', timezone: 'Asia/Kolkata' };
  const kolkata = await stage.signUp(draft);
  await storeSlots(databases, toOwner(kolkata), toSlots(12));
  const deal = await trackDeal(kolkata, 'Howrah Proposal');
  for (const agent of [READERS.chrome, READERS.outlook, READERS.iphone]) await stage.openMail(deal.pixelUrl, agent);
  return kolkata;
}

function toOwner({ organizationId, userId }: Actor) {
  return { organizationId: organizationId as OrganizationId, memberId: userId as MemberId };
}

/** Opens of the last days, most of them at half past five UTC, which is eleven in Kolkata. */
function toSlots(opensPerDay: number) {
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  return Array.from({ length: DAYS }, (_, days) => days + 1).flatMap((days) =>
    [
      { hours: 5.5, share: 0.5, device: 'desktop' as const },
      { hours: 9, share: 0.3, device: 'mobile' as const },
      { hours: 13.25, share: 0.2, device: 'tablet' as const },
    ].map(({ hours, share, device }) => {
      const opens = Math.max(1, Math.round(opensPerDay * share * (1 + (days % 7) / 10)));
      const at = Math.floor((today - days * DAY_MS + hours * 3_600_000) / SLOT_MS) * SLOT_MS;
      return { at, opens, uniques: Math.ceil(opens / 2), device };
    }),
  );
}

/** Of figures only: who is signed in is known, and what is asked for never comes. */
async function holdAnswers(page: Page): Promise<void> {
  await page.route('**/api/**', (route) =>
    route.request().url().includes('/api/session') ? route.continue() : new Promise<void>(() => undefined),
  );
}

function searchFor(text: string) {
  return async (page: Page): Promise<void> => {
    await page.getByRole('searchbox').or(page.getByRole('textbox')).first().fill(text);
    await page.getByText('member1@huge.example', { exact: true }).waitFor({ state: 'detached' });
  };
}

async function loseAnswers(page: Page): Promise<void> {
  await page.route('**/api/**', (route) => route.abort());
}

async function loseServer(page: Page): Promise<void> {
  await loseAnswers(page);
  await page.getByText('7 days', { exact: true }).click();
  await page.getByText('MailTracker does not answer.').waitFor();
}

async function loseSession(page: Page): Promise<void> {
  await page.context().clearCookies();
  await page.getByText('Month', { exact: true }).first().click();
  await page.getByRole('dialog', { name: 'Your session ended' }).waitFor();
}

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSlack } from './fakes/start-slack.ts';
import { ALL_LOOKS, type Camera, createCamera } from './screenshots/create-camera.ts';
import { type Actor, openStage, READERS, readPixel, type Stage } from './screenshots/open-stage.ts';
import { shootFilm } from './screenshots/shoot-film.ts';
import { shootStates } from './screenshots/shoot-states.ts';

// npm run screenshots: the built product with the demo in it, photographed page by page into docs/screenshots and, as
// the landing page shows it, into web/public/landing. Ends with 1 when any page complained about anything.

const HELP = `Usage: npm run screenshots -- [--states] [--film] [--only <pattern>] [--png <folder>] [--trial <folder> [--german]]

Photographs every page at 1440 px in light and at 390 px in dark, from the built product with the demo in it.

  --states  the special states instead: session lost, server away, nothing yet, 1,000 members, long names …
  --film    the moving picture of the landing page instead, by real opens
  --only    of the pages, those whose name holds this
  --png     also as PNG into this folder
  --trial   only into this folder, as WebP, each width in light and in dark: to be looked at and not kept
  --german  in German; only with --trial
`;

const ROOT = join(import.meta.dirname, '../..');
const PICTURES = join(ROOT, 'docs/screenshots');

const SECTIONS = [
  'tracking',
  'members',
  'departments',
  'sso',
  'signals',
  'destinations',
  'widget',
  'keys',
  'audit',
  'data',
  'profile',
  'notifications',
];

const { values } = parseArgs({
  options: {
    states: { type: 'boolean', default: false },
    film: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    png: { type: 'string' },
    trial: { type: 'string' },
    german: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await takeScreenshots();

async function takeScreenshots(): Promise<number> {
  const slack = await startSlack();
  const stage = await openStage({ DESTINATIONS_URLS: `slack=${slack.url}` });
  try {
    const { trial } = values;
    const pictures = {
      folder: trial ?? PICTURES,
      only: new RegExp(values.only),
      png: values.png ?? null,
      ...(trial === undefined ? {} : { looks: ALL_LOOKS, locale: values.german ? 'de-DE' : 'en-GB' }),
    };
    if (values.film) return tell(await shootFilm(stage, join(ROOT, 'web/public/landing'), pictures.png));
    if (values.states) return tell(await shootStates(stage, { ...pictures, folder: join(pictures.folder, 'states') }));
    const camera = await createCamera(stage, pictures);
    await shootPages(stage, camera, slack.url + slack.hook);
    return tell(camera.complaints);
  } finally {
    await stage.close();
    await slack.close();
  }
}

function tell(complaints: readonly string[]): number {
  for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
  process.stdout.write(complaints.length === 0 ? 'no page complained\n' : `${complaints.length} complaints\n`);
  return complaints.length === 0 ? 0 : 1;
}

async function shootPages(stage: Stage, camera: Camera, hook: string): Promise<void> {
  const [rep, admin] = [await stage.signIn(stage.demo.member), await stage.signIn(stage.demo.admin)];
  await admin.ask('POST', '/api/destinations', {
    type: 'slack',
    name: 'Sales channel',
    url: hook,
    events: ['signal_raised'],
  });
  await addTemplate(admin);
  await openToday(stage, rep);
  const shots: readonly { name: string; path: string; actor?: Actor; isFirstScreenOnly?: boolean }[] = [
    { name: 'live', path: '/live', actor: rep },
    { name: 'engagement', path: '/engagement', actor: rep },
    { name: 'campaigns', path: '/campaigns', actor: rep },
    { name: 'campaign', path: `/campaigns/${stage.demo.campaignId}`, actor: rep },
    { name: 'signature', path: '/signature', actor: rep },
    { name: 'templates', path: '/signature/templates', actor: admin },
    { name: 'team', path: '/team', actor: admin },
    ...SECTIONS.map((section) => ({ name: `settings-${section}`, path: `/settings/${section}`, actor: admin })),
    { name: 'destination', path: await findDestination(admin), actor: admin },
    { name: 'widget', path: await makeWidget(admin, rep) },
    { name: 'sign-in', path: '/sign-in' },
    { name: 'sign-up', path: '/sign-up' },
    { name: 'landing', path: '/' },
    { name: 'why', path: '/why' },
  ];
  for (const shot of shots) await camera.shoot(shot);
}

/** A morning's mail: a deal that gets hot, a signature that is read, and a machine that is not counted. */
async function openToday(stage: Stage, rep: Actor): Promise<void> {
  const deal = await readPixel(rep, stage.demo.campaignId);
  const { userPixelUrl } = stage.demo;
  await stage.openMail(userPixelUrl, READERS.thunderbird);
  await stage.openMail(userPixelUrl, READERS.bot);
  for (const agent of [READERS.chrome, READERS.outlook, READERS.iphone]) await stage.openMail(deal, agent);
  await stage.openMail(userPixelUrl, READERS.iphone);
}

async function addTemplate(admin: Actor): Promise<void> {
  const list = await admin.ask<{ starters: { name: string; html: string }[] }>('GET', '/api/signature-templates');
  for (const { name, html } of list.starters)
    await admin.ask('POST', '/api/signature-templates', { name, html, ownFields: {} });
}

async function findDestination(admin: Actor): Promise<string> {
  const { data } = await admin.ask<{ data: { id: string }[] }>('GET', '/api/destinations');
  return `/settings/destinations/${data[0]?.id ?? ''}`;
}

async function makeWidget(admin: Actor, member: Actor): Promise<string> {
  const { url } = await admin.ask<{ url: string }>('POST', '/api/widget-links', { userId: member.userId });
  const { pathname, search } = new URL(url);
  return pathname + search;
}

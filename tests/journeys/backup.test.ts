import { execFile } from 'node:child_process';
import { readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBlocks } from '../rules/read-commands.ts';
import { makeTempFolder, type RunningServer, removeFolder, startServer, waitFor } from '../support/running-server.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

// A backup is worth what its restore shows: the demo's dashboards, taken while opens arrive, in an empty installation.

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
const run = promisify(execFile);
const READER = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4';

let folder: string;
let source: TestDatabase;
let empty: TestDatabase;
let server: RunningServer;
let demo: Demo;

interface Demo {
  readonly apiKey: string;
  readonly userPixelUrl: string;
  readonly campaignId: string;
  readonly member: { readonly userId: string; readonly email: string; readonly password: string };
}

beforeAll(async () => {
  folder = await makeTempFolder();
  source = await createTestDatabase();
  empty = await createTestDatabase();
  demo = JSON.parse((await mailtracker(source, 'demo', '--json')).stdout);
  server = await startServer({
    dataDir: join(folder, 'data'),
    env: { DATABASE_URL: source.ownerUrl, IP_LIMIT_PER_MINUTE: '1000000' },
  });
});
afterAll(async () => {
  await server?.stop();
  await source.drop();
  await empty.drop();
  await removeFolder(folder);
});

test('a backup taken while opens arrive, moved as docs/moving.md tells to another PostgreSQL, shows equal dashboards', async () => {
  let isLoading = true;
  const loading = (async () => {
    // Another reader each time: each is an open of its own.
    for (let reader = 0; isLoading; reader += 1)
      await fetch(toOwnUrl(demo.userPixelUrl, server), { headers: { 'user-agent': `${READER}.${reader}` } });
  })();
  const underLoad = join(folder, 'under-load.gz');
  const shownBefore = await readDashboards(server);
  await mailtracker(source, 'backup', underLoad);
  const shownAfter = await readDashboards(server);
  isLoading = false;
  await loading;
  await waitUntilStored();

  const shown = await readDashboards(server);
  await server.stop();
  await typeMove();
  server = await startServer({ dataDir: join(folder, 'data'), env: { DATABASE_URL: empty.ownerUrl } });
  expect(await readDashboards(server)).toEqual(shown);
  expect(JSON.stringify(shown)).toContain('totalOpens');

  const third = await createTestDatabase();
  try {
    const { stdout } = await mailtracker(third, 'restore', underLoad, '--json');
    expect(JSON.parse(stdout).rows).toBeGreaterThan(1_000);
    // Every figure of every rollup is what its opens add up to: the backup was one moment of the database.
    await mailtracker(third, 'verify');
    const appSecret = (await readFile(join(folder, 'data', 'app-secret'), 'utf8')).trim();
    const restored = await startServer({ env: { DATABASE_URL: third.ownerUrl, APP_SECRET: appSecret } });
    const figures = compareBetween(shownBefore, await readDashboards(restored), shownAfter);
    await restored.stop();
    await removeFolder(restored.dataDir);
    process.stderr.write(`backup under load: ${JSON.stringify(figures)}\n`);
    expect(figures.wrong).toEqual([]);
    expect(figures.equal).toBeGreaterThan(100);
    expect(figures.moving).toBeGreaterThan(0);
  } finally {
    await third.drop();
  }
});

/**
 * All that stood still around the backup is equal in the restored dashboards; a number that moved meanwhile lies between
 * what was shown before and after. Texts that moved (who is first, shares in words) follow from the numbers.
 */
function compareBetween(before: unknown, restored: unknown, after: unknown) {
  const figures = { equal: 0, moving: 0, wrong: [] as string[] };
  const compare = (path: string, was: unknown, found: unknown, became: unknown): void => {
    if (was !== null && typeof was === 'object') {
      for (const [key, value] of Object.entries(was))
        compare(`${path}/${key}`, value, toChild(found, key), toChild(became, key));
    } else if (was === became && found === was) figures.equal += 1;
    else if (was !== became && isBetween(was, found, became)) figures.moving += 1;
    else figures.wrong.push(`${path}: ${was} to ${became}, restored ${found}`);
  };
  compare('', before, restored, after);
  return figures;
}

function isBetween(was: unknown, found: unknown, became: unknown): boolean {
  if (typeof was !== 'number' || typeof became !== 'number') return typeof found === typeof was;
  return Number(found) >= Math.min(was, became) && Number(found) <= Math.max(was, became);
}

function toChild(value: unknown, key: string): unknown {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[key] : undefined;
}

test('no visitor, no key, no session is in a backup, and a file that is cut short or a database in use is refused', async () => {
  const file = join(folder, 'refused.gz');
  await mailtracker(source, 'backup', file);
  const text = gunzipSync(await readFile(file)).toString('utf8');
  for (const table of [
    'visitor_keys',
    'visitor_seen',
    'visitor_claims',
    'own_devices',
    'sessions',
    'verifications',
    'password_resets',
  ])
    expect(text).not.toContain(`{"table":"${table}"`);
  await expect(mailtracker(source, 'restore', file)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/is in use/),
  });
  await expect(mailtracker(source, 'backup', file)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/already there/),
  });

  await truncate(file, Math.floor((await stat(file)).size / 2));
  const fresh = await createTestDatabase();
  try {
    await expect(mailtracker(fresh, 'restore', file)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cut short/),
    });
    expect(await fresh.system.selectFrom('organizations').select('id').execute()).toEqual([]);
  } finally {
    await fresh.drop();
  }
});

function mailtracker(database: TestDatabase, ...words: string[]) {
  const env = { ...process.env, DATA_DIR: join(folder, 'data'), DATABASE_URL: database.ownerUrl };
  return run(process.execPath, [MAIN, ...words], { env, maxBuffer: 2 ** 26 });
}

/** What the page says, line by line; its last one, `serve`, is how the server is started afterwards. */
async function typeMove(): Promise<void> {
  const page = await readFile(new URL('../../docs/moving.md', import.meta.url), 'utf8');
  const block = readBlocks(page).find(({ text }) => text.includes('mailtracker restore'))?.text ?? '';
  const lines = block.trim().split('\n');
  expect(lines.at(-1)).toMatch(/^DATABASE_URL=postgres:\S+ mailtracker serve$/);
  const typed = lines
    .slice(0, -1)
    .join('\n')
    .replaceAll(/(?<==)postgres:\S+/g, empty.ownerUrl);
  const text = `set -euo pipefail\nmailtracker() { "${process.execPath}" "${MAIN}" "$@"; }\n${typed}`;
  await run('bash', ['-c', text], { cwd: folder, env: { ...process.env, DATABASE_URL: source.ownerUrl } });
  expect((await stat(join(folder, 'app-secret.kept'))).size).toBeGreaterThan(30);
}

function toOwnUrl(url: string, { url: own }: RunningServer): string {
  return own + new URL(url).pathname;
}

/** What people look at, by an API key that was restored too. */
async function readDashboards({ url }: RunningServer): Promise<unknown[]> {
  const paths = [
    '/api/admin/tracking/organization-stats?days=90',
    `/api/admin/tracking/user/${demo.member.userId}/stats`,
    `/api/admin/tracking/user/${demo.member.userId}/stats/daily?days=90`,
    `/api/campaigns/${demo.campaignId}/stats`,
    '/api/tracking/quality',
  ];
  return Promise.all(
    paths.map(async (path) => {
      const answer = await fetch(url + path, { headers: { authorization: `Bearer ${demo.apiKey}` } });
      expect([path, answer.status]).toEqual([path, 200]);
      // When it was asked is all that may differ.
      return { path, body: { ...((await answer.json()) as object), asOf: null } };
    }),
  );
}

/** Everything that was answered is in the database: twice the same number of loads. */
async function waitUntilStored(): Promise<void> {
  let before = -1;
  await waitFor(async () => {
    const { loads } = await source.system
      .selectFrom('signature_tracking_events')
      .select(({ fn }) => fn.sum<string>('load_count').as('loads'))
      .executeTakeFirstOrThrow();
    const isStill = Number(loads) === before;
    before = Number(loads);
    if (!isStill) await new Promise((resolve) => setTimeout(resolve, 500));
    return isStill;
  }, 'the opens to be stored');
}

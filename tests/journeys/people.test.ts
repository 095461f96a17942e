import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TrackingSettings } from '../../src/domain/settings.ts';
import { type ApiClient, signUp } from '../support/api-client.ts';
import { type RunningServer, removeFolder, startServer, waitFor } from '../support/running-server.ts';

// The real server and the real command line on one embedded database: settings that hold at once, people by the
// thousand, plans, and everything taken out again.

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
const SETTINGS = '/api/admin/tracking/settings';
const EFFECT_MS_MAX = 2_000;

let server: RunningServer;
let owner: ApiClient;
let organizationId: string;

beforeAll(async () => {
  server = await startServer();
  owner = await signUp(server, 'Olive Owner');
  organizationId = (await owner.get<{ organizationId: string }>('/api/session')).body.organizationId;
});

afterAll(async () => {
  await server.stop();
  await removeFolder(server.dataDir);
});

async function mailtracker(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, DATA_DIR: server.dataDir };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], { env, maxBuffer: 64 * 1024 ** 2 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const readSignature = async () =>
  (await owner.get<{ html: string; pixelUrl: string | null }>('/api/signatures/me')).body;
const readOpens = async () =>
  (await owner.get<{ today: { opens: number } }>('/api/tracking/my-stats')).body.today.opens;

/** Another reader each time: each is an open of its own. */
async function openMail(pixelUrl: string, reader: number): Promise<string> {
  const agent = `Mozilla/5.0 (X11; Linux x86_64; rv:12${reader}.0) Gecko/20100101 Thunderbird/12${reader}.0`;
  const answer = await fetch(pixelUrl.replace(/^https?:\/\/[^/]+/, server.url), { headers: { 'user-agent': agent } });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer()).toString('hex');
}

test('switched off, the GIF still comes, nothing is recorded and the signature has no pixel within 2 s; on again likewise', async () => {
  const { pixelUrl } = await readSignature();
  if (pixelUrl === null) throw new Error('no pixel');
  const gif = await openMail(pixelUrl, 1);
  await waitFor(async () => (await readOpens()) === 1, 'the first open');

  const settings = (await owner.get<TrackingSettings>(SETTINGS)).body;
  const offAt = performance.now();
  expect((await owner.put(SETTINGS, { ...settings, user_tracking_enabled: false })).status).toBe(200);
  expect((await readSignature()).html).not.toContain('.gif');
  expect(performance.now() - offAt).toBeLessThan(EFFECT_MS_MAX);
  expect(await openMail(pixelUrl, 2)).toBe(gif);
  await waitFor(async () => (await readDropped()) === 1, 'the dropped hit');
  expect(await readOpens()).toBe(1);

  const onAt = performance.now();
  expect((await owner.put(SETTINGS, settings)).status).toBe(200);
  expect((await readSignature()).pixelUrl).toBe(pixelUrl);
  expect(await openMail(pixelUrl, 3)).toBe(gif);
  await waitFor(async () => (await readOpens()) === 2, 'the open after switching on', EFFECT_MS_MAX);
  expect(performance.now() - onAt).toBeLessThan(EFFECT_MS_MAX);
});

/** Hits that were dropped because tracking was off, as the organization's export tells them. */
async function readDropped(): Promise<number> {
  const { out } = await mailtracker('export', '--organization', organizationId);
  const rows = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return rows
    .filter(({ table, row }) => table === 'tracking_drop_slots' && row.reason === 'tracking_off')
    .reduce((sum, { row }) => sum + row.hits, 0);
}

test('people by the thousand from the command line, while the server runs: tried first, then kept, faults by line', async () => {
  const path = join(server.dataDir, 'people.csv');
  const lines = Array.from({ length: 2_000 }, (_, n) => `Person ${n},person${n}@big.example,Team ${n % 7}`);
  await writeFile(path, `name,email,department\n${lines.join('\n')}\nNobody,nowhere,\n`);
  const dry = await mailtracker('import-members', path, '--organization', organizationId, '--dry-run');
  expect(dry).toMatchObject({ code: 1, out: expect.stringContaining('line 2002: email: not an email address') });
  expect(dry.out).toContain('Would come in: 2000. Not: 1.');
  const before = (await owner.get<{ seats: { active: number } }>('/api/plan')).body.seats.active;
  expect(before).toBe(1);
  const done = await mailtracker('import-members', path, '--organization', organizationId, '--json');
  expect(JSON.parse(done.out)).toMatchObject({ imported: 2_000, failed: 1, isDryRun: false });
  expect(done.err.match(/rows read/g)?.length).toBeGreaterThan(3);
  expect((await owner.get<{ seats: { active: number } }>('/api/plan')).body.seats.active).toBe(2_001);
});

test('a plan set by the command line holds for the running server at once', async () => {
  const set = await mailtracker('plan', 'set', '--organization', organizationId, '--seats', '5');
  expect(set).toMatchObject({ code: 0, out: expect.stringContaining('Seats: 5, used: 2001 active') });
  const refused = await owner.post<{ code: string }>('/api/invitations', { email: 'one.more@example.com' });
  expect(refused).toMatchObject({ status: 409, body: { code: 'no_free_seat' } });
  await mailtracker('plan', 'set', '--organization', organizationId, '--seats', 'default');
  const { out } = await mailtracker('plan', 'show', '--organization', organizationId, '--json');
  expect(JSON.parse(out)).toMatchObject({ isOver: false, seats: { limit: null } });
  expect((await owner.post('/api/invitations', { email: 'one.more@example.com' })).status).toBe(201);
});

test('the export is one file that says it is whole, and overwrites nothing', async () => {
  const path = join(server.dataDir, 'export.jsonl');
  expect((await mailtracker('export', '--organization', organizationId, '--output', path)).code).toBe(0);
  const lines = (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.at(-1).end.rows).toMatchObject({ organization_users: 2_001, signature_user_tracking: 2_001 });
  expect((await mailtracker('export', '--organization', organizationId, '--output', path)).code).toBe(1);
  const one = await mailtracker('export', '--organization', organizationId, '--member', 'person7@big.example');
  expect(JSON.parse(one.out.trim().split('\n').at(-1) ?? '').end.rows).toMatchObject({
    organization_users: 1,
    users: 1,
  });
});

test.each([
  [['import-members'], 'expected one file'],
  [['import-members', 'nothing.csv'], '--organization'],
  [['plan', 'set', '--organization', 'x'], 'expected --seats'],
  [['plan', 'set', '--organization', 'x', '--seats', 'many'], 'a whole number'],
  [['export'], '--organization'],
])('wrong words are told: %j', async (words, message) => {
  const answer = await mailtracker(...words);
  expect(answer).toMatchObject({ code: 2, err: expect.stringContaining(message) });
});

test('an organization that is not there is an error with its name', async () => {
  const answer = await mailtracker('plan', 'show', '--organization', 'nobody-inc');
  expect(answer).toMatchObject({ code: 1, err: expect.stringContaining('nobody-inc') });
});

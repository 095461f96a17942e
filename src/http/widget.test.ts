import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { storeSlots } from '../../tests/support/store-slots.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { DEFAULT_TRACKING_SETTINGS } from '../domain/settings.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let member: SignedIn;
let stranger: SignedIn;
let webDir: string;

beforeAll(async () => {
  databases = await createTestDatabase();
  webDir = await mkdtemp(join(tmpdir(), 'mailtracker-web-'));
  await writeFile(join(webDir, 'index.html'), 'the screens');
  http = await startHttp(databases, { webDir });
  owner = await signUpOwner(http);
  member = await joinOrganization(http, owner.organizationId, { name: 'Max Member' });
  stranger = await signUpOwner(http, 'Sven Stranger');
  const at = Math.floor(Date.now() / 900_000) * 900_000;
  await storeSlots(databases, member, [{ at, opens: 7, uniques: 3, device: 'mobile' }]);
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
  await rm(webDir, { recursive: true, force: true });
});

async function makeToken(userId: string = member.memberId, hours = 1): Promise<string> {
  const made = await owner.post('/api/widget-links', { userId, hours });
  expect(made.status).toBe(201);
  return new URL(made.body.url).searchParams.get('token') ?? '';
}

const readWidget = (token: string) =>
  http.send('GET', '/api/widget/my-engagement', { headers: { 'x-widget-token': token } });

test("a key with read:stats gets an address that shows the member's figures, and nothing else of them", async () => {
  const key = (await owner.post('/api/keys', { name: 'Portal', scopes: ['read:stats'] })).body.key;
  const headers = { authorization: `Bearer ${key}` };
  const made = await http.send('POST', '/api/widget-links', { body: { userId: member.memberId }, headers });
  expect(made.status).toBe(201);
  const url = new URL(made.body.url);
  expect(url.pathname).toBe('/widget/my-engagement');
  const shown = await readWidget(url.searchParams.get('token') ?? '');
  expect(shown.status).toBe(200);
  expect(shown.body).toMatchObject({
    name: 'Max Member',
    retentionDays: 90,
    stats: { today: { opens: 7, unique: 3 } },
  });
  expect(shown.body.daily.data).toHaveLength(14);
  expect(shown.text).not.toContain('@example.com');
});

test('a changed, a foreign and a stale token are refused, and so is none', async () => {
  const token = await makeToken();
  const last = token.at(-2) === 'A' ? 'B' : 'A';
  for (const wrong of ['', 'x', token.slice(1), `${token.slice(0, -2)}${last}${token.at(-1)}`, 'A'.repeat(94)]) {
    expect((await readWidget(wrong)).status).toBe(401);
  }
  const now = vi.spyOn(http.context.clock, 'now').mockReturnValue(Date.now() + 3_600_001);
  expect((await readWidget(token)).body.code).toBe('widget_expired');
  now.mockRestore();
  expect((await readWidget(token)).status).toBe(200);
});

test("nobody makes an address for another organization's member, and a member makes none", async () => {
  expect((await stranger.post('/api/widget-links', { userId: member.memberId })).status).toBe(404);
  expect((await member.post('/api/widget-links', { userId: member.memberId })).status).toBe(403);
  const wrong = await owner.post('/api/widget-links', { userId: member.memberId, hours: 25 });
  expect([wrong.status, wrong.body.errors[0].field]).toEqual([400, 'hours']);
});

test('a deactivated member and a switched-off dashboard end addresses that were made before', async () => {
  const other = await joinOrganization(http, owner.organizationId, { name: 'Lea Leaving' });
  const token = await makeToken(other.memberId);
  expect((await readWidget(token)).status).toBe(200);
  await owner.post(`/api/members/${other.memberId}/deactivate`);
  expect((await readWidget(token)).status).toBe(404);
  const off = { ...DEFAULT_TRACKING_SETTINGS, show_user_dashboard: false };
  const mine = await makeToken();
  await owner.send('PUT', '/api/admin/tracking/settings', off);
  expect((await readWidget(mine)).status).toBe(403);
  await owner.send('PUT', '/api/admin/tracking/settings', DEFAULT_TRACKING_SETTINGS);
});

test("only the organization's own origins may frame the widget, and only with a live token", async () => {
  const changed = await owner.send('PUT', '/api/admin/widget-origins', {
    origins: ['https://portal.example', 'https://intra.example:8443', 'https://portal.example'],
  });
  expect(changed.body.origins).toEqual(['https://intra.example:8443', 'https://portal.example']);
  expect((await owner.get('/api/audit-log')).body.data[0]).toMatchObject({ action: 'widget.changed' });
  const framed = await http.send('GET', `/widget/my-engagement?token=${await makeToken()}`);
  expect(framed.headers.get('content-security-policy')).toContain(
    'frame-ancestors https://intra.example:8443 https://portal.example',
  );
  expect(framed.headers.get('x-frame-options')).toBeNull();
  const bare = await http.send('GET', '/widget/my-engagement?token=nonsense');
  expect(bare.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  const app = await http.send('GET', '/engagement');
  expect(app.headers.get('x-frame-options')).toBe('DENY');
  const foreign = await stranger.get('/api/admin/widget-origins');
  expect(foreign.body.origins).toEqual([]);
});

test.each([
  'http://portal.example',
  'https://portal.example/',
  'https://*.example',
  'portal.example',
  "https://a.example; script-src 'unsafe-inline'",
  'https://user@portal.example',
  'null',
  'javascript:alert(1)',
])('the origin %s is refused by name', async (origin) => {
  const answer = await owner.send('PUT', '/api/admin/widget-origins', { origins: [origin] });
  expect([answer.status, answer.body.errors[0].field]).toEqual([400, 'origins.0']);
});

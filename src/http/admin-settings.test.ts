import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { seedOrganization, seedPartitions } from '../../tests/support/seed.ts';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { readDrops, readEvents } from '../../tests/support/tracking.ts';
import { DAY_MS } from '../domain/hit.ts';
import { DEFAULT_TRACKING_SETTINGS, type TrackingSettings } from '../domain/settings.ts';
import { sha256 } from '../kit/crypto.ts';
import { type BatchContext, createBatchContext } from '../process/batch-context.ts';
import { processBatch } from '../process/process-batch.ts';

const PATH = '/api/admin/tracking/settings';
let databases: TestDatabase;
let http: StartedHttp;
let batches: BatchContext;
let owner: SignedIn;
let member: SignedIn;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  batches = createBatchContext({ databases, clock: http.context.clock });
  await seedPartitions(databases, new Date(Date.now() - DAY_MS), new Date(Date.now() + DAY_MS));
  owner = await signUpOwner(http);
  member = await joinOrganization(http, owner.organizationId);
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

const put = (change: Partial<TrackingSettings>, by = owner) =>
  by.send('PUT', PATH, { ...DEFAULT_TRACKING_SETTINGS, ...change });

/** The pixel in the person's signature as a mail client would ask for it; null when there is none. */
async function readToken(person: SignedIn): Promise<string | null> {
  const { pixelUrl, html } = (await person.get('/api/signatures/me')).body;
  expect(html.includes('.gif')).toBe(pixelUrl !== null);
  return pixelUrl === null ? null : (/u\/([\w-]{24})\.gif$/.exec(pixelUrl)?.[1] ?? null);
}

async function openMail(token: string): Promise<{ events: number; off: number }> {
  await processBatch(batches, [makeBlock([makeHit({ tokenHash: sha256(token) }, { at: Date.now(), address: null })])]);
  const { tracking_off: off = 0 } = await readDrops(databases);
  return { events: (await readEvents(databases)).length, off };
}

test('switched off, nothing is recorded and no pixel is in the signature, at once; on again likewise', async () => {
  const token = (await readToken(member)) ?? '';
  const first = await openMail(token);
  expect((await put({ user_tracking_enabled: false })).body.user_tracking_enabled).toBe(false);
  expect(await readToken(member)).toBeNull();
  expect(await openMail(token)).toEqual({ events: first.events, off: first.off + 1 });
  expect((await put({})).status).toBe(200);
  expect(await readToken(member)).toBe(token);
  expect(await openMail(token)).toEqual({ events: first.events + 1, off: first.off + 1 });
});

test('mode off does the same for every pixel', async () => {
  const token = (await readToken(member)) ?? '';
  const before = await openMail(token);
  await put({ mode: 'off' });
  expect(await readToken(member)).toBeNull();
  expect(await openMail(token)).toEqual({ events: before.events, off: before.off + 1 });
  await put({});
});

test('a change is in the audit log as what it changed, and no change is none', async () => {
  const lines = async () => (await owner.get('/api/audit-log?action=settings.changed')).body.data;
  const before = (await lines()).length;
  await put({ retention_days: 30, k_anonymity: 10 });
  await put({ retention_days: 30, k_anonymity: 10 });
  const after = await lines();
  expect(after).toHaveLength(before + 1);
  expect(after[0]).toMatchObject({
    actor: { userId: owner.memberId, name: 'Olive Owner' },
    subject: { id: owner.organizationId, name: 'Acme Corp' },
    before: { retention_days: 90, k_anonymity: 5 },
    after: { retention_days: 30, k_anonymity: 10 },
  });
  expect((await owner.get(PATH)).body).toMatchObject({ retention_days: 30, k_anonymity: 10 });
  await put({});
});

test.each([
  ['retention_days', 31],
  ['k_anonymity', 2],
  ['k_anonymity', 51],
  ['k_anonymity', 5.5],
  ['mode', 'everything'],
  ['timezone', 'Berlin'],
  ['user_tracking_enabled', 'yes'],
])('%s cannot be %s', async (field, value) => {
  const answer = await owner.send('PUT', PATH, { ...DEFAULT_TRACKING_SETTINGS, [field]: value });
  expect(answer.status).toBe(400);
  expect(answer.body.errors[0].field).toBe(field);
});

test('a setting that is missing or unknown is refused, so that nothing falls back unseen', async () => {
  const { mode: _, ...rest } = DEFAULT_TRACKING_SETTINGS;
  expect((await owner.send('PUT', PATH, rest)).status).toBe(400);
  expect((await owner.send('PUT', PATH, { ...DEFAULT_TRACKING_SETTINGS, colour: 'red' })).status).toBe(400);
});

test('only admins see and change it; another organization keeps its own', async () => {
  const { organizationId } = await seedOrganization(databases, { settings: { retention_days: 365 } });
  expect((await member.get(PATH)).status).toBe(403);
  expect((await put({}, member)).status).toBe(403);
  expect((await http.send('GET', PATH)).status).toBe(401);
  await put({ retention_days: 60 });
  const row = await databases.system
    .selectFrom('organization_settings')
    .where('organization_id', '=', organizationId)
    .select('tracking_settings')
    .executeTakeFirstOrThrow();
  expect(row.tracking_settings.retention_days).toBe(365);
  await put({});
});

test('changes at the same time are noted one after the other: each before is the other’s after', async () => {
  await Promise.all([10, 20, 30, 40, 50].map((k_anonymity) => put({ k_anonymity })));
  const lines = (await owner.get('/api/audit-log?action=settings.changed&limit=5')).body.data;
  for (let i = 0; i < 4; i += 1) expect(lines[i].before.k_anonymity).toBe(lines[i + 1].after.k_anonymity);
  await put({});
});

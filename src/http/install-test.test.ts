import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { installTestResultSchema, installTestSchema, silentPixelsSchema } from '../contract/install-test.ts';
import type { InstallTestId } from '../domain/ids.ts';
import { sha256 } from '../kit/crypto.ts';
import { toInstallTestState } from '../signatures/read-install-test.ts';
import { toSilentSince } from '../signatures/read-silent-pixels.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let member: SignedIn;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  member = await joinOrganization(http, owner.organizationId);
});
afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

const PATH = '/api/signatures/install-test';

test('the copy holds one pixel of its own, kept as a hash, and none that counts', async () => {
  const campaign = await owner.post('/api/campaigns', { name: 'Spring', audience: { everyone: true } });
  await owner.post(`/api/campaigns/${campaign.body.id}/launch`);
  const real = (await member.get('/api/signatures/me')).body;
  const answer = await member.post(PATH);
  expect(answer.status).toBe(201);
  const started = installTestSchema.strict().parse(answer.body);
  expect(started.html.match(/\/api\/t\//g)).toHaveLength(1);
  expect(started.html).toContain(`src="${started.pixelUrl}"`);
  expect(started.html).not.toContain(real.pixelUrl);
  const token = /\/u\/([\w-]{24})\.gif$/.exec(started.pixelUrl)?.[1] ?? '';
  const row = await databases.system
    .selectFrom('signature_install_tests')
    .where('token_hash', '=', sha256(token))
    .selectAll()
    .executeTakeFirstOrThrow();
  expect(row).toMatchObject({ id: started.id, user_id: member.memberId });
  expect(row.expires_at.getTime() - row.created_at.getTime()).toBe(600_000);
  expect((await member.get('/api/signatures/me')).body).toEqual(real);
});

test('its hits are shown with verdict and sentence, to the member alone', async () => {
  const { id } = (await member.post(PATH)).body;
  const before = installTestResultSchema.strict().parse((await member.get(`${PATH}/${id}`)).body);
  expect(before).toMatchObject({ state: 'waiting', hits: [] });
  const judgement = await databases.system
    .insertInto('judgements')
    .values({
      verdict: 'proxy_open',
      confidence: 'certain',
      reason: 'gmail_open',
      rules_version: 1,
      device: 'unknown',
      client_family: 'Gmail',
      network_class: 'mail_proxy' as never,
      hints: '',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const at = new Date();
  await databases.system
    .insertInto('signature_install_test_hits')
    .values({
      organization_id: owner.organizationId,
      test_id: id as InstallTestId,
      hit_at: at,
      judgement_id: judgement.id,
    })
    .execute();
  const sentAt = new Date(at.getTime() - 1_000).toISOString();
  const after = installTestResultSchema.strict().parse((await member.get(`${PATH}/${id}?sentAt=${sentAt}`)).body);
  expect(after.state).toBe('working');
  expect(after.hits).toMatchObject([
    { verdict: 'proxy_open', client: 'Gmail', isCounted: true, sentence: expect.stringContaining('opened in Gmail') },
  ]);
  expect((await owner.get(`${PATH}/${id}`)).status).toBe(404);
  expect((await http.send('GET', `${PATH}/${id}`)).status).toBe(401);
});

test('twenty at once and no more', async () => {
  const person = await joinOrganization(http, owner.organizationId, { name: 'Lena Looper' });
  for (let started = 0; started < 20; started += 1) expect((await person.post(PATH)).status).toBe(201);
  expect((await person.post(PATH)).body).toMatchObject({ status: 429, code: 'too_many_tests' });
});

describe('what a test tells', () => {
  const [now, sentAt, expiresAt] = [1_000_000, 900_000, 1_500_000];
  test.each([
    ['nothing yet', { times: [], sentAt: null }, 'waiting'],
    ['nothing in ten minutes', { times: [], sentAt: null, now: expiresAt }, 'nothing_seen'],
    ['loaded, nobody said when it was sent', { times: [1], sentAt: null }, 'seen'],
    ['loaded after sending', { times: [1, 950_000], sentAt }, 'working'],
    ['loaded while pasting, just sent', { times: [1], sentAt }, 'waiting'],
    ['loaded while pasting and never again', { times: [1], sentAt, now: sentAt + 120_000 }, 'rehosted'],
  ])('%s', (_title, seen, state) => {
    expect(toInstallTestState({ now, expiresAt, ...seen })).toBe(state);
  });
});

describe('silent pixels', () => {
  test.each([
    ['2026-11-20T12:00:00Z', 'UTC', '2026-11-17T00:00:00Z'],
    ['2026-11-23T12:00:00Z', 'UTC', '2026-11-18T00:00:00Z'],
    ['2026-11-22T12:00:00Z', 'UTC', '2026-11-18T00:00:00Z'],
    ['2026-11-23T20:00:00Z', 'Asia/Kolkata', '2026-11-18T18:30:00Z'],
  ])('on %s in %s: since %s', (now, timeZone, since) => {
    expect(new Date(toSilentSince(Date.parse(now), timeZone)).toISOString()).toBe(new Date(since).toISOString());
  });

  test('an old pixel that nothing loads is told to the member and the admin; machines loading it are enough', async () => {
    const read = async (who: SignedIn) =>
      silentPixelsSchema
        .strict()
        .parse((await who.get('/api/signatures/silent')).body)
        .data.map(({ userId }) => userId);
    expect(await read(owner)).toEqual([]);
    await databases.system
      .updateTable('signature_user_tracking')
      .set({ created_at: new Date(0) })
      .where('user_id', 'in', [owner.memberId, member.memberId])
      .execute();
    expect((await read(owner)).sort()).toEqual([owner.memberId, member.memberId].sort());
    expect(await read(member)).toEqual([member.memberId]);
    const drop = { organization_id: owner.organizationId, user_id: member.memberId, reason: 'bot', hits: 1 };
    await databases.system
      .insertInto('tracking_drop_slots')
      .values({ ...drop, slot_at: new Date() })
      .execute();
    expect(await read(member)).toEqual([]);
    expect(await read(owner)).toEqual([owner.memberId]);
  });
});

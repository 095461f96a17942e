import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type Answer, type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { storeSlots } from '../../tests/support/store-slots.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { API_KEYS_MAX } from '../accounts/api-keys.ts';
import type { ApiScope } from '../domain/api-scope.ts';
import { sha256 } from '../kit/crypto.ts';
import { BAD_KEYS_MAX } from './require-key.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let member: SignedIn;
let stranger: SignedIn;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  member = await joinOrganization(http, owner.organizationId);
  stranger = await signUpOwner(http, 'Sven Stranger');
  const at = Math.floor(Date.now() / 900_000) * 900_000;
  await storeSlots(databases, owner, [{ at, opens: 7, uniques: 1, device: 'mobile' }]);
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

async function makeKey(person: SignedIn, scopes: readonly ApiScope[], more: object = {}): Promise<Answer> {
  return person.post('/api/keys', { name: 'Warehouse', scopes, ...more });
}

const withKey = (key: string, method: string, path: string, body?: unknown) =>
  http.send(method, path, { body, headers: { authorization: `Bearer ${key}` } });
const STATS = '/api/admin/tracking/organization-stats';

describe('making and listing', () => {
  test('a key is told once: the table keeps its SHA-256, the list its prefix', async () => {
    const made = await makeKey(owner, ['read:stats', 'read:stats']);
    expect(made.status).toBe(201);
    expect(made.body.key).toMatch(/^mt_[A-Za-z0-9_-]{43}$/);
    expect(made.body).toMatchObject({ scopes: ['read:stats'], prefix: made.body.key.slice(0, 9), lastUsedAt: null });
    const row = await databases.system
      .selectFrom('api_keys')
      .selectAll()
      .where('id', '=', made.body.id)
      .executeTakeFirstOrThrow();
    expect(row.key_hash).toEqual(sha256(made.body.key));
    const listed = await owner.get('/api/keys');
    expect(listed.text + JSON.stringify(row) + http.logLines.join('')).not.toContain(made.body.key);
    expect(listed.body.data[0]).toMatchObject({ id: made.body.id, createdBy: { userId: owner.memberId } });
    const lines = (await owner.get('/api/audit-log')).body.data;
    expect(lines[0]).toMatchObject({ action: 'key.created', subject: { id: made.body.id, name: 'Warehouse' } });
  });

  test.each([
    ['a scope that is none', { scopes: ['read:all'] }, 'scopes.0'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['an end that has passed', { expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
  ])('%s is refused by name', async (_title, more, field) => {
    const answer = await makeKey(owner, ['read:stats'], more);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].field).toBe(field);
  });

  test('keys are for admins who are signed in, never for another key', async () => {
    expect((await makeKey(member, ['read:stats'])).status).toBe(403);
    const { key } = (await makeKey(owner, ['admin'])).body;
    const answer = await withKey(key, 'POST', '/api/keys', { name: 'Second', scopes: ['admin'] });
    expect(answer.status).toBe(403);
    expect(answer.body.code).toBe('needs_person');
  });

  test('of racing requests at the limit none passes it', async () => {
    const person = await signUpOwner(http, 'Kay Keys');
    await databases.system
      .insertInto('api_keys')
      .values(
        Array.from({ length: API_KEYS_MAX - 1 }, (_, index) => ({
          organization_id: person.organizationId,
          name: `key ${index}`,
          prefix: 'mt_',
          key_hash: sha256(`${person.organizationId}${index}`),
          scopes: ['read:stats'] as const,
        })),
      )
      .execute();
    const statuses = (await Promise.all(Array.from({ length: 6 }, () => makeKey(person, ['read:stats'])))).map(
      (answer) => answer.status,
    );
    expect(statuses.sort()).toEqual([201, 409, 409, 409, 409, 409]);
  });
});

describe('speaking for the organization', () => {
  test('a key reads the figures of its organization only', async () => {
    const { key } = (await makeKey(owner, ['read:stats'])).body;
    const { key: theirs } = (await makeKey(stranger, ['read:stats'])).body;
    expect((await withKey(key, 'GET', STATS)).body.totalOpens).toBe(7);
    expect((await withKey(theirs, 'GET', STATS)).body.totalOpens).toBe(0);
    const path = `/api/admin/tracking/user/${owner.memberId}/stats`;
    expect((await withKey(key, 'GET', path)).body.today.opens).toBe(7);
    expect((await withKey(theirs, 'GET', path)).status).toBe(404);
  });

  test('without the scope it is refused and told which one is needed', async () => {
    const { key } = (await makeKey(owner, ['read:events', 'write:destinations'])).body;
    const answer = await withKey(key, 'GET', STATS);
    expect(answer.status).toBe(403);
    expect(answer.body.code).toBe('missing_scope');
    expect(answer.body.detail).toContain('read:stats');
    const admin = (await makeKey(owner, ['admin'])).body.key;
    expect((await withKey(admin, 'GET', STATS)).status).toBe(200);
  });

  test("a person's own figures are not a key's, and the answer says where to look", async () => {
    const { key } = (await makeKey(owner, ['admin'])).body;
    for (const path of ['/api/tracking/my-stats', '/api/signatures/me', '/api/session']) {
      const answer = await withKey(key, 'GET', path);
      expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'needs_person']);
      expect(answer.body.detail).toContain('/api/admin/tracking/user/');
    }
  });

  test('a campaign made by a key belongs to who made the key; its deal must name whose it is', async () => {
    const { key } = (await makeKey(owner, ['write:campaigns'])).body;
    const made = await withKey(key, 'POST', '/api/campaigns', { name: 'Spring', audience: { everyone: true } });
    expect(made.status).toBe(201);
    expect(made.body.ownerId).toBe(owner.memberId);
    const nobody = await withKey(key, 'POST', '/api/campaigns', { name: 'Deal', deal: {} });
    expect(nobody.status).toBe(400);
    expect(nobody.body.errors[0].field).toBe('audience');
    const deal = { name: 'Deal', deal: {}, audience: { userIds: [member.memberId] } };
    expect((await withKey(key, 'POST', '/api/campaigns', deal)).body.ownerId).toBe(member.memberId);
    expect((await withKey(key, 'POST', `/api/campaigns/${made.body.id}/launch`)).body.status).toBe('active');
  });

  test('no browser rule stands in its way: neither Origin nor cookie is asked for', async () => {
    const { key } = (await makeKey(owner, ['write:campaigns'])).body;
    const answer = await http.send('POST', '/api/campaigns', {
      body: { name: 'From elsewhere', audience: { everyone: true } },
      headers: { authorization: `bearer ${key}` },
    });
    expect(answer.status).toBe(201);
  });

  test('its use is noted to the minute', async () => {
    const { key, id } = (await makeKey(owner, ['read:stats'])).body;
    await withKey(key, 'GET', STATS);
    await withKey(key, 'GET', STATS);
    await expect
      .poll(
        async () => (await owner.get('/api/keys')).body.data.find((one: { id: string }) => one.id === id).lastUsedAt,
      )
      .not.toBeNull();
  });
});

describe('ending', () => {
  test('a revoked key is dead within two seconds although it was cached', async () => {
    const { key, id } = (await makeKey(owner, ['read:stats'])).body;
    expect((await withKey(key, 'GET', STATS)).status).toBe(200);
    expect((await owner.send('DELETE', `/api/keys/${id}`)).status).toBe(204);
    await expect.poll(async () => (await withKey(key, 'GET', STATS)).status, { timeout: 2_000 }).toBe(401);
    expect((await owner.send('DELETE', `/api/keys/${id}`)).status).toBe(204);
    const revoked = (await owner.get('/api/keys')).body.data.find((one: { id: string }) => one.id === id);
    expect(revoked.revokedAt).not.toBeNull();
  });

  test('an expired key is refused, and the answer says what to do', async () => {
    const { key, id } = (await makeKey(owner, ['read:stats'])).body;
    await databases.system
      .updateTable('api_keys')
      .set({ expires_at: new Date(Date.now() - 1_000) })
      .where('id', '=', id)
      .execute();
    const answer = await withKey(key, 'GET', STATS);
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ code: 'bad_key' });
    expect(answer.body.detail).toContain('makes a new one');
  });

  test("another organization's key cannot be revoked: it is not found", async () => {
    const { id } = (await makeKey(owner, ['read:stats'])).body;
    expect((await stranger.send('DELETE', `/api/keys/${id}`)).status).toBe(404);
    expect((await stranger.send('DELETE', '/api/keys/none')).status).toBe(404);
    expect((await stranger.get('/api/keys')).text).not.toContain(id);
  });

  test('a key in the address is no key', async () => {
    const { key } = (await makeKey(owner, ['read:stats'])).body;
    const answer = await http.send('GET', `${STATS}?key=${key}&access_token=${key}`);
    expect(answer.status).toBe(401);
  });

  test('who tries key after key has to wait', async () => {
    const other = await startHttp(databases);
    try {
      const attempt = (index: number) =>
        other.send('GET', STATS, { headers: { authorization: `Bearer mt_${String(index).padStart(43, 'x')}` } });
      for (let index = 0; index < BAD_KEYS_MAX; index += 1) expect((await attempt(index)).status).toBe(401);
      const refused = await attempt(BAD_KEYS_MAX);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30);
    } finally {
      await other.app.close();
    }
  });
});

describe('the scope admin', () => {
  test('changes settings and people, and the audit log names the key', async () => {
    const { key } = (await makeKey(owner, ['admin'])).body;
    const before = (await withKey(key, 'GET', '/api/admin/tracking/settings')).body;
    const changed = await withKey(key, 'PUT', '/api/admin/tracking/settings', { ...before, retention_days: 60 });
    expect(changed.status).toBe(200);
    const [line] = (await withKey(key, 'GET', '/api/audit-log')).body.data;
    expect(line).toMatchObject({ action: 'settings.changed', actor: { userId: null, name: 'API key Warehouse' } });
    const stats = (await makeKey(owner, ['read:stats'])).body.key;
    expect((await withKey(stats, 'GET', '/api/audit-log')).body.code).toBe('missing_scope');
  });
});

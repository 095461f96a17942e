import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { seedPartitions } from '../../tests/support/seed.ts';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { readDrops, readEvents } from '../../tests/support/tracking.ts';
import { memberListSchema, memberSchema } from '../contract/member.ts';
import { DAY_MS } from '../domain/hit.ts';
import { sha256 } from '../kit/crypto.ts';
import { createBatchContext } from '../process/batch-context.ts';
import { processBatch } from '../process/process-batch.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let admin: SignedIn;
let member: SignedIn;
let stranger: SignedIn;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  stranger = await signUpOwner(http, 'Sven Stranger');
  const { organizationId } = owner;
  admin = await joinOrganization(http, organizationId, { role: 'admin', name: 'Ada Admin' });
  member = await joinOrganization(http, organizationId, { name: 'max member' });
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

const path = (of: SignedIn, more = '') => `/api/members/${of.memberId}${more}`;
const audited = async (action: string) =>
  (await owner.get(`/api/audit-log?action=${action}&limit=1`)).body.data[0] as Record<string, unknown>;

test('the list goes by name from page to page, and is searched and filtered', async () => {
  const names: string[] = [];
  let cursor = '';
  for (let page = 0; page < 5; page += 1) {
    const answer = memberListSchema.strict().parse((await admin.get(`/api/members?limit=2${cursor}`)).body);
    names.push(...answer.data.map(({ name }) => name));
    if (answer.next === null) break;
    cursor = `&cursor=${answer.next}`;
  }
  expect(names).toEqual(['Ada Admin', 'max member', 'Olive Owner']);
  const found = async (query: string) =>
    (await admin.get(`/api/members?${query}`)).body.data.map(({ name }: { name: string }) => name);
  expect(await found('search=MAX')).toEqual(['max member']);
  expect(await found('search=example.com')).toHaveLength(3);
  expect(await found('search=%25')).toEqual([]);
  expect(await found('status=deactivated')).toEqual([]);
});

describe('departments', () => {
  test('are made, renamed and deleted; their members stay, in none', async () => {
    const made = await admin.post('/api/departments', { name: ' Sales ' });
    expect(made).toMatchObject({ status: 201, body: { name: 'Sales', members: 0 } });
    const { id } = made.body;
    expect((await admin.post('/api/departments', { name: 'Sales' })).body).toMatchObject({ code: 'department_exists' });
    const moved = await admin.send('PATCH', path(member), { departmentId: id });
    expect(memberSchema.strict().parse(moved.body).department).toEqual({ id, name: 'Sales' });
    expect(await audited('member.changed')).toMatchObject({
      before: { department: null },
      after: { department: 'Sales' },
    });
    expect((await admin.send('PATCH', `/api/departments/${id}`, { name: 'Revenue' })).status).toBe(204);
    expect((await member.get('/api/departments')).body).toEqual({
      data: [{ id, name: 'Revenue', members: 1 }],
      next: null,
    });
    expect((await admin.send('DELETE', `/api/departments/${id}`)).status).toBe(204);
    expect((await admin.get(path(member))).body.department).toBeNull();
    expect(await audited('department.deleted')).toMatchObject({
      subject: { id, name: 'Revenue' },
      before: { name: 'Revenue' },
    });
  });

  test('go from page to page; two may not bear one name, even at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => admin.post('/api/departments', { name: 'Twin' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    await admin.post('/api/departments', { name: 'beta' });
    const first = (await member.get('/api/departments?limit=1')).body;
    expect(first.data[0].name).toBe('beta');
    expect((await member.get(`/api/departments?limit=1&cursor=${first.next}`)).body.data[0].name).toBe('Twin');
  });

  test('of another organization are not found, and cannot be a member’s', async () => {
    const { id } = (await stranger.post('/api/departments', { name: 'Secret' })).body;
    expect((await admin.send('PATCH', `/api/departments/${id}`, { name: 'Mine' })).status).toBe(404);
    expect((await admin.send('DELETE', `/api/departments/${id}`)).status).toBe(404);
    const moved = await admin.send('PATCH', path(member), { departmentId: id });
    expect(moved.status).toBe(400);
    expect(moved.body.errors[0].field).toBe('departmentId');
    expect((await admin.get('/api/departments')).text).not.toContain('Secret');
  });
});

describe('who may do what', () => {
  test('a member sees and changes only themselves', async () => {
    for (const call of ['/api/members', path(owner), path(member)]) expect((await member.get(call)).status).toBe(403);
    expect((await member.post('/api/departments', { name: 'X' })).status).toBe(403);
    expect((await member.send('PUT', path(member, '/role'), { role: 'owner' })).status).toBe(403);
    const changed = await member.send('PATCH', '/api/profile', { title: ' Rep ', phone: '', timezone: 'Asia/Kolkata' });
    expect(changed.body).toMatchObject({
      title: 'Rep',
      phone: null,
      timezone: 'Asia/Kolkata',
      userId: member.memberId,
    });
    expect((await member.get('/api/session')).body.timezone).toBe('Asia/Kolkata');
    expect((await member.send('PATCH', '/api/profile', { role: 'owner' })).status).toBe(400);
    expect((await member.send('PATCH', '/api/profile', { timezone: 'Mars' })).body.errors[0].field).toBe('timezone');
  });

  test('an admin acts on members, not on owners, and makes nobody an admin', async () => {
    expect((await admin.send('PATCH', path(owner), { name: 'Lowered' })).status).toBe(403);
    expect((await admin.post(path(owner, '/deactivate'))).status).toBe(403);
    expect((await admin.send('PUT', path(member, '/role'), { role: 'admin' })).body.code).toBe('owner_needed');
    expect((await admin.send('PATCH', path(member), { name: 'Max Member' })).body.name).toBe('Max Member');
  });

  test('another organization’s members are not found, whatever is asked', async () => {
    for (const at of [path(owner), '/api/members/nothing']) {
      expect((await stranger.get(at)).status).toBe(404);
      expect((await stranger.send('PATCH', at, { name: 'X' })).status).toBe(404);
      expect((await stranger.send('PUT', `${at}/role`, { role: 'member' })).status).toBe(404);
      expect((await stranger.post(`${at}/deactivate`)).status).toBe(404);
      expect((await stranger.post(`${at}/reactivate`)).status).toBe(404);
    }
    expect((await owner.get(path(owner))).body).toMatchObject({ role: 'owner', status: 'active', name: 'Olive Owner' });
  });
});

describe('the last owner', () => {
  test('cannot be lowered nor shut out; a second owner makes it possible', async () => {
    expect((await owner.send('PUT', path(owner, '/role'), { role: 'member' })).body.code).toBe('last_owner');
    expect((await owner.post(path(owner, '/deactivate'))).body.code).toBe('is_yourself');
    const second = await joinOrganization(http, owner.organizationId, { name: 'Second' });
    expect((await owner.send('PUT', path(second, '/role'), { role: 'owner' })).body.role).toBe('owner');
    expect(await audited('member.role_changed')).toMatchObject({
      before: { role: 'member' },
      after: { role: 'owner' },
    });
    const both = await Promise.all([
      owner.send('PUT', path(owner, '/role'), { role: 'admin' }),
      second.send('PUT', path(second, '/role'), { role: 'admin' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const left = both[0]?.status === 200 ? second : owner;
    if (left === second) await second.send('PUT', path(owner, '/role'), { role: 'owner' });
    expect((await owner.post(path(second, '/deactivate'))).body.status).toBe('deactivated');
  });
});

test('deactivated, a member is out at once and cannot come back in; reactivated they can', async () => {
  const leaver = await joinOrganization(http, owner.organizationId, { name: 'Lea Leaver' });
  expect((await leaver.get('/api/session')).status).toBe(200);
  expect((await admin.post(path(leaver, '/deactivate'))).body.status).toBe('deactivated');
  expect((await leaver.get('/api/session')).status).toBe(401);
  const { personId } = await readPerson(leaver);
  const sessions = await databases.system.selectFrom('sessions').where('user_id', '=', personId).selectAll().execute();
  expect(sessions).toEqual([]);
  expect((await admin.post(path(leaver, '/reactivate'))).body.status).toBe('active');
  expect((await leaver.get('/api/session')).status).toBe(401);
  expect(await audited('member.reactivated')).toMatchObject({ after: { deactivatedAt: null } });
});

async function readPerson(person: SignedIn) {
  const row = await databases.system
    .selectFrom('organization_users')
    .where('id', '=', person.memberId)
    .select('user_id as personId')
    .executeTakeFirstOrThrow();
  return row;
}

test('who is in two organizations loses the one that shut them out, and stays in the other', async () => {
  const { organizationId } = stranger;
  const { personId } = await readPerson(member);
  await databases.system
    .insertInto('organization_users')
    .values({ organization_id: organizationId, user_id: personId, name: 'Max elsewhere' })
    .execute();
  await admin.post(path(member, '/deactivate'));
  expect((await member.get('/api/session')).body.organizationId).toBe(organizationId);
  await admin.post(path(member, '/reactivate'));
});

test('a member’s own restriction holds over the organization’s mode: off is no pixel and no event', async () => {
  const shy = await joinOrganization(http, owner.organizationId, { name: 'Shy' });
  await seedPartitions(databases, new Date(Date.now() - DAY_MS), new Date(Date.now() + DAY_MS));
  const batches = createBatchContext({ databases, clock: http.context.clock });
  const { pixelUrl } = (await shy.get('/api/signatures/me')).body;
  const token = /u\/([\w-]{24})\.gif$/.exec(pixelUrl)?.[1] ?? '';
  const open = async (address: string) => {
    await processBatch(batches, [makeBlock([makeHit({ tokenHash: sha256(token) }, { at: Date.now(), address })])]);
    return readEvents(databases);
  };
  expect((await open('203.0.113.1')).at(-1)).toMatchObject({ is_unique: true });
  const restrict = (trackingMode: string | null) => shy.send('PATCH', '/api/profile', { trackingMode });
  expect((await restrict('aggregate')).body.trackingMode).toBe('aggregate');
  const aggregated = await open('203.0.113.2');
  expect(aggregated.at(-1)).toMatchObject({ is_unique: false, is_counted: true });
  await restrict('off');
  expect((await shy.get('/api/signatures/me')).body.pixelUrl).toBeNull();
  expect(await open('203.0.113.3')).toHaveLength(aggregated.length);
  expect((await readDrops(databases)).tracking_off).toBe(1);
  await restrict(null);
  expect((await open('203.0.113.4')).at(-1)).toMatchObject({ is_unique: true });
  expect((await restrict('signals')).status).toBe(400);
  expect((await owner.send('PATCH', path(shy), { trackingMode: null })).status).toBe(400);
});

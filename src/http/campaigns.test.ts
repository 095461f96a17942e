import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { campaignListSchema, campaignPixelsSchema, campaignSchema } from '../contract/campaign.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let member: SignedIn;
let colleague: SignedIn;
let stranger: SignedIn;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  stranger = await signUpOwner(http, 'Sven Stranger');
  member = await joinOrganization(http, owner.organizationId);
  colleague = await joinOrganization(http, owner.organizationId, { name: 'Cora Colleague' });
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

const SPRING = { name: 'Spring', audience: { everyone: true } };

test('from a draft to the pixel in the signature, and out of it again', async () => {
  const created = await owner.post('/api/campaigns', { ...SPRING, variants: [{ label: 'A' }, { label: 'B' }] });
  expect(created.status).toBe(201);
  const campaign = campaignSchema.strict().parse(created.body);
  expect(campaign).toMatchObject({
    name: 'Spring',
    status: 'draft',
    actions: ['launch', 'cancel'],
    ownerId: owner.memberId,
  });

  const path = `/api/campaigns/${campaign.id}`;
  expect((await owner.post(`${path}/launch`)).body.status).toBe('active');
  const pixels = campaignPixelsSchema.strict().parse((await owner.get(`${path}/pixels`)).body).data;
  expect(pixels.map(({ userId, variant }) => `${userId} ${variant}`).sort()).toEqual(
    [owner, member, colleague].flatMap(({ memberId }) => [`${memberId} A`, `${memberId} B`]).sort(),
  );
  const mine = pixels.find((pixel) => pixel.userId === member.memberId && pixel.variant === 'A');
  expect(mine?.html).toContain(`<img src="${mine?.url}" width="1" height="1" alt=""`);

  const signature = async () => (await member.get('/api/signatures/me')).body;
  expect((await signature()).campaigns).toEqual([
    { id: campaign.id, name: 'Spring', pixelUrl: mine?.url, variant: 'A' },
  ]);
  expect((await owner.post(`${path}/pause`)).body.status).toBe('paused');
  expect((await signature()).campaigns).toEqual([]);
  expect((await owner.get('/api/audit-log?limit=3')).body.data).toMatchObject([
    { action: 'campaign.changed', before: { status: 'active' }, after: { status: 'paused' } },
    { action: 'campaign.changed', before: { status: 'draft' }, after: { status: 'active' } },
    { action: 'campaign.created', subject: { id: campaign.id, name: 'Spring' }, actor: { userId: owner.memberId } },
  ]);
  expect((await owner.post(`${path}/resume`)).body.status).toBe('active');
  expect((await owner.post(`${path}/complete`)).body).toMatchObject({ status: 'completed', actions: [] });
  const again = await owner.post(`${path}/launch`);
  expect(again.status).toBe(409);
  expect(again.body).toMatchObject({ code: 'status_conflict', detail: expect.stringContaining('completed') });
});

test('a deal needs a name and nothing else: it is the caller’s, with one pixel', async () => {
  const created = await member.post('/api/campaigns', { name: 'Acme Corp Proposal', deal: {} });
  expect(created.body).toMatchObject({ ownerId: member.memberId, audience: { userIds: [member.memberId] }, deal: {} });
  const path = `/api/campaigns/${created.body.id}`;
  expect((await member.post(`${path}/launch`)).body.status).toBe('active');
  expect((await member.get(`${path}/pixels`)).body.data).toHaveLength(1);
});

describe('who may do what', () => {
  test('a member makes no campaign and no deal for others', async () => {
    expect((await member.post('/api/campaigns', SPRING)).status).toBe(403);
    const forOther = { name: 'Deal', deal: {}, audience: { userIds: [colleague.memberId] } };
    expect((await member.post('/api/campaigns', forOther)).status).toBe(403);
    expect((await owner.post('/api/campaigns', forOther)).body.ownerId).toBe(colleague.memberId);
  });

  test('a colleague’s deal is neither shown nor run; a campaign in one’s signature is shown, with one’s own pixel', async () => {
    const deal = (await member.post('/api/campaigns', { name: 'Mine', deal: {} })).body;
    for (const call of ['', '/pixels'])
      expect((await colleague.get(`/api/campaigns/${deal.id}${call}`)).status).toBe(403);
    expect((await colleague.post(`/api/campaigns/${deal.id}/launch`)).status).toBe(403);
    const shared = (await owner.post('/api/campaigns', SPRING)).body;
    expect((await colleague.get(`/api/campaigns/${shared.id}`)).status).toBe(200);
    expect((await colleague.post(`/api/campaigns/${shared.id}/launch`)).status).toBe(403);
    const pixels = (await colleague.get(`/api/campaigns/${shared.id}/pixels`)).body.data;
    expect(pixels.map((pixel: { userId: string }) => pixel.userId)).toEqual([colleague.memberId]);
  });

  test('another organization’s campaign is not found, whatever is asked of it; an id that is none neither', async () => {
    const { id } = (await owner.post('/api/campaigns', SPRING)).body;
    for (const call of ['', '/pixels']) expect((await stranger.get(`/api/campaigns/${id}${call}`)).status).toBe(404);
    for (const action of ['launch', 'pause', 'resume', 'complete', 'cancel'])
      expect((await stranger.post(`/api/campaigns/${id}/${action}`)).status).toBe(404);
    expect((await owner.get('/api/campaigns/nothing')).status).toBe(404);
    expect((await owner.get(`/api/campaigns/${id}`)).body.status).toBe('draft');
  });

  test('signed out everything is 401', async () => {
    expect((await http.send('GET', '/api/campaigns')).status).toBe(401);
    expect((await http.send('POST', '/api/campaigns', { body: SPRING, headers: { origin: http.url } })).status).toBe(
      401,
    );
  });
});

test('the list goes from page to page without a gap, newest first, and a member sees their own share', async () => {
  const lister = await signUpOwner(http, 'Lena Lister');
  const helper = await joinOrganization(http, lister.organizationId);
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    const audience = n === 2 ? { userIds: [helper.memberId] } : { userIds: [lister.memberId] };
    ids.unshift((await lister.post('/api/campaigns', { name: `C${n}`, audience })).body.id);
  }
  const seen: string[] = [];
  for (let cursor = '', page = 0; page < 5; page += 1) {
    const answer = campaignListSchema.strict().parse((await lister.get(`/api/campaigns?limit=2${cursor}`)).body);
    seen.push(...answer.data.map(({ id }) => id));
    if (answer.next === null) break;
    cursor = `&cursor=${answer.next}`;
  }
  expect(seen).toEqual(ids);
  expect((await helper.get('/api/campaigns')).body.data.map(({ id }: { id: string }) => id)).toEqual([ids[2]]);
  expect((await stranger.get('/api/campaigns')).body.data).toEqual([]);
});

test.each([
  ['name', { audience: { everyone: true } }],
  ['name', { ...SPRING, name: '   ' }],
  ['name', { ...SPRING, name: 'x'.repeat(121) }],
  ['audience', { name: 'Spring' }],
  ['audience', { ...SPRING, audience: { everyone: false } }],
  ['audience.userIds.0', { ...SPRING, audience: { userIds: ['not-an-id'] } }],
  ['audience.departmentIds', { ...SPRING, audience: { departmentIds: [] } }],
  ['audience', { ...SPRING, audience: { userIds: ['00000000-0000-4000-8000-000000000000'] } }],
  ['audience', { name: 'Deal', deal: {}, audience: { everyone: true } }],
  ['startsAt', { ...SPRING, startsAt: 'tomorrow' }],
  ['endsAt', { ...SPRING, startsAt: '2026-12-02T00:00:00Z', endsAt: '2026-12-01T00:00:00Z' }],
  ['timezone', { ...SPRING, timezone: 'Berlin' }],
  ['variants', { ...SPRING, variants: [{ label: 'A' }, { label: ' A ' }] }],
  ['variants.0.label', { ...SPRING, variants: [{ label: '' }] }],
])('wrong input is 400 and names %s', async (field, body) => {
  const answer = await owner.post('/api/campaigns', body);
  expect(answer.status).toBe(400);
  expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
  expect(answer.body.detail).toContain(`${field}: `);
});

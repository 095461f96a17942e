import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { signalListSchema } from '../contract/signal.ts';
import type { MemberId, OrganizationId, PixelId } from '../domain/ids.ts';
import type { SignalRule, SignalSilence } from '../domain/signal.ts';
import { DEFAULT_SIGNAL_RULES } from '../domain/signal-rules.ts';

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

interface Stored {
  readonly rule?: SignalRule;
  readonly minutesAgo?: number;
  readonly silencedFor?: SignalSilence;
}

async function store(of: SignedIn, { rule = 'hot', minutesAgo = 1, silencedFor }: Stored = {}): Promise<string> {
  const at = Date.now() - minutesAgo * 60_000;
  const { id } = await databases.system
    .insertInto('signals')
    .values({
      organization_id: of.organizationId as OrganizationId,
      user_id: of.memberId as MemberId,
      campaign_id: null,
      pixel_id: randomUUID() as string as PixelId,
      rule,
      level: 'hot',
      confidence: 'certain',
      title: 'Acme Corp Proposal',
      reasons: JSON.stringify([
        { code: 'opens_within', opens: 3, minutes: 5 },
        { code: 'last_on', device: 'mobile' },
      ]) as never,
      device: 'mobile',
      raised_at: new Date(at),
      fades_at: new Date(at + 30 * 60_000),
      silenced_for: silencedFor ?? null,
      created_at: new Date(at),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

const idsOf = async (who: SignedIn, query = '') =>
  ((await who.get(`/api/signals${query}`)).body.data as { id: string }[]).map(({ id }) => id);

test('a member sees their own signals, an admin the organization’s, a stranger none, page by page', async () => {
  const mine = [await store(member, { minutesAgo: 90 }), await store(member, { minutesAgo: 2 })];
  const hers = await store(colleague, { minutesAgo: 5 });
  expect(await idsOf(member)).toEqual([mine[1], mine[0]]);
  expect(await idsOf(member, '?state=current')).toEqual([mine[1]]);
  expect(await idsOf(member, `?userId=${colleague.memberId}`)).toEqual([mine[1], mine[0]]);
  expect(await idsOf(owner)).toEqual([mine[1], hers, mine[0]]);
  expect(await idsOf(owner, `?userId=${colleague.memberId}`)).toEqual([hers]);
  expect(await idsOf(stranger)).toEqual([]);
  const first = (await owner.get('/api/signals?limit=2')).body;
  expect(await idsOf(owner, `?limit=2&cursor=${first.next}`)).toEqual([mine[0]]);
  const [signal] = signalListSchema.strict().parse((await member.get('/api/signals?limit=50')).body).data;
  expect(signal).toMatchObject({
    title: 'Acme Corp Proposal',
    sentence: 'Opened 3 times in 5 minutes, last on a phone',
    reasons: ['opened 3 times in 5 minutes', 'last on a phone'],
    outcome: null,
    userId: member.memberId,
  });
  expect((await member.get('/api/signals?cursor=nonsense')).status).toBe(400);
});

test('an outcome is told by the member or an admin, and nobody else finds the signal', async () => {
  const id = await store(member);
  const tell = (who: SignedIn, outcome: string) => who.post(`/api/signals/${id}/outcome`, { outcome });
  expect((await tell(member, 'reached')).body).toMatchObject({ id, outcome: 'reached' });
  expect((await tell(owner, 'noise')).body).toMatchObject({ id, outcome: 'noise' });
  expect((await tell(colleague, 'reached')).status).toBe(404);
  expect((await tell(stranger, 'reached')).status).toBe(404);
  expect((await tell(member, 'sold')).status).toBe(400);
  expect(await idsOf(member, '?state=current')).not.toContain(id);
});

test('an outcome is taken back with null: the signal is current again, twice changes nothing, nobody else may', async () => {
  const id = await store(member);
  const tell = (who: SignedIn, outcome: string | null) => who.post(`/api/signals/${id}/outcome`, { outcome });
  await tell(member, 'noise');
  expect(await idsOf(member, '?state=current')).not.toContain(id);
  expect((await tell(colleague, null)).status).toBe(404);
  expect((await tell(stranger, null)).status).toBe(404);
  expect((await tell(member, null)).body).toMatchObject({ id, outcome: null });
  expect((await tell(member, null)).body).toMatchObject({ id, outcome: null });
  expect(await idsOf(member, '?state=current')).toContain(id);
  expect((await member.post(`/api/signals/${id}/outcome`, {})).status).toBe(400);
});

test('precision has its sample, and ten outcomes that are mostly noise become a suggestion to the admin', async () => {
  for (let i = 0; i < 10; i += 1) {
    const id = await store(member, { rule: 'revived', minutesAgo: 100 + i });
    await member.post(`/api/signals/${id}/outcome`, { outcome: i < 8 ? 'noise' : 'reached' });
  }
  const { data } = (await member.get('/api/signals/precision')).body;
  expect(data.find(({ rule }: { rule: string }) => rule === 'revived')).toMatchObject({
    answered: 10,
    noise: 8,
    reached: 2,
    precision: 20,
    isEnough: true,
  });
  expect(data.find(({ rule }: { rule: string }) => rule === 'spreading')).toMatchObject({
    answered: 0,
    precision: null,
  });
  expect((await owner.get('/api/signals/suggestions')).body.data).toEqual([
    {
      rule: 'revived',
      noise: 8,
      of: 10,
      sentence: 'This rule was noise 8 of the last 10 times. Try 8 instead of 7?',
      change: { field: 'quietDays', from: 7, to: 8 },
    },
  ]);
  expect((await member.get('/api/signals/suggestions')).status).toBe(403);
});

test("the rules' numbers are an admin's, bounded, and noted in the audit log", async () => {
  expect((await owner.get('/api/signals/rules')).body).toEqual(DEFAULT_SIGNAL_RULES);
  const hot = { ...DEFAULT_SIGNAL_RULES.hot, opens: 4 };
  expect((await owner.send('PUT', '/api/signals/rules', { ...DEFAULT_SIGNAL_RULES, hot })).body.hot.opens).toBe(4);
  expect((await owner.get('/api/audit-log?limit=1')).body.data).toMatchObject([
    { action: 'signal_rules.changed', before: { hot: { opens: 3 } }, after: { hot: { opens: 4 } } },
  ]);
  const wrong = await owner.send('PUT', '/api/signals/rules', {
    ...DEFAULT_SIGNAL_RULES,
    hot: { ...hot, withinMinutes: 0 },
  });
  expect(wrong.status).toBe(400);
  expect(wrong.body.errors[0].field).toBe('hot.withinMinutes');
  expect((await member.get('/api/signals/rules')).status).toBe(403);
  expect((await stranger.get('/api/signals/rules')).body).toEqual(DEFAULT_SIGNAL_RULES);
});

test('attention is each member’s own; what waited is in the digest on screen', async () => {
  const wish = { quietHours: { from: '20:00', to: '07:00' }, minimumLevel: 'hot', digestAt: '08:00' };
  expect((await member.get('/api/signals/attention')).body).toMatchObject({ quietHours: null, digestAt: null });
  expect((await member.send('PUT', '/api/signals/attention', wish)).body).toMatchObject({ ...wish, timezone: 'UTC' });
  expect((await colleague.get('/api/signals/attention')).body).toMatchObject({ quietHours: null });
  expect((await member.send('PUT', '/api/signals/attention', { ...wish, digestAt: '24:00' })).status).toBe(400);
  const held = await store(member, { silencedFor: 'quiet_hours', minutesAgo: 30 });
  const digest = (await member.get('/api/signals/digest')).body;
  expect(digest.data.map(({ id }: { id: string }) => id)).toEqual([held]);
  expect((await colleague.get('/api/signals/digest')).body.data).toEqual([]);
});

test('a mute is the member’s own, of a campaign of the organization or a rule, once', async () => {
  const deal = (await member.post('/api/campaigns', { name: 'Acme Corp Proposal', deal: {} })).body;
  const first = await member.post('/api/signals/mutes', { campaignId: deal.id });
  expect(first.status).toBe(201);
  expect((await member.post('/api/signals/mutes', { campaignId: deal.id })).body.id).toBe(first.body.id);
  expect((await member.post('/api/signals/mutes', { rule: 'revived', campaignId: deal.id })).status).toBe(400);
  expect((await stranger.post('/api/signals/mutes', { campaignId: deal.id })).status).toBe(404);
  expect((await colleague.send('DELETE', `/api/signals/mutes/${first.body.id}`)).status).toBe(404);
  expect((await member.get('/api/signals/mutes')).body.data).toMatchObject([
    { campaignName: 'Acme Corp Proposal', rule: null },
  ]);
  expect((await member.send('DELETE', `/api/signals/mutes/${first.body.id}`)).status).toBe(204);
  expect((await member.get('/api/signals/mutes')).body.data).toEqual([]);
});

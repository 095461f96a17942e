import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedPartitions } from '../../tests/support/seed.ts';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { campaignListSchema } from '../contract/campaign.ts';
import { campaignStatsSchema } from '../contract/campaign-stats.ts';
import { dailySchema } from '../contract/daily.ts';
import { toLocalDay } from '../domain/calendar.ts';
import type { CampaignId, MemberId, VariantId } from '../domain/ids.ts';
import type { Device, Verdict } from '../domain/verdict.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let member: SignedIn;
let stranger: SignedIn;
let campaignId: CampaignId;
let path: string;
const NOW = Date.now();

beforeAll(async () => {
  databases = await createTestDatabase();
  await seedPartitions(databases, new Date(NOW), new Date(NOW));
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  stranger = await signUpOwner(http, 'Sven Stranger');
  member = await joinOrganization(http, owner.organizationId, { name: '=Max, "Member"' });
  const body = { name: 'Spring', audience: { everyone: true }, variants: [{ label: 'A' }, { label: 'B' }] };
  campaignId = (await owner.post('/api/campaigns', body)).body.id;
  path = `/api/campaigns/${campaignId}`;
  await owner.post(`${path}/launch`);
  await storeOpens(member.memberId, { label: 'A', verdict: 'human', device: 'desktop', count: 3, uniques: 2 });
  await storeOpens(member.memberId, { label: 'B', verdict: 'proxy_open', device: 'unknown', count: 2, uniques: 1 });
  await storeOpens(owner.memberId, { label: 'A', verdict: 'human', device: 'mobile', count: 1, uniques: 1 });
  await storeOpens(owner.memberId, { label: 'A', verdict: 'prefetch', device: 'unknown', count: 4, uniques: 0 });
});
afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

interface Opens {
  readonly label: string;
  readonly verdict: Verdict;
  readonly device: Device;
  readonly count: number;
  readonly uniques: number;
}

/** Events and the day's rollup, as the process stage leaves them. */
async function storeOpens(userId: MemberId, { label, verdict, device, count, uniques }: Opens): Promise<void> {
  const { system } = databases;
  const isCounted = verdict !== 'prefetch';
  const variant = await system
    .selectFrom('signature_campaign_variants')
    .where('campaign_id', '=', campaignId)
    .where('label', '=', label)
    .select('id')
    .executeTakeFirstOrThrow();
  const pixel = await system
    .selectFrom('signature_tracking_pixels')
    .where('campaign_id', '=', campaignId)
    .where('user_id', '=', userId)
    .where('variant_id', '=', variant.id as VariantId)
    .select('id')
    .executeTakeFirstOrThrow();
  const judgement = await system
    .insertInto('judgements')
    .values({
      verdict,
      confidence: 'certain',
      reason: 'x',
      rules_version: 1,
      device,
      client_family: `secret client ${userId}`,
      network_class: 'eyeball' as never,
      hints: '',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const of = { organization_id: owner.organizationId, user_id: userId, campaign_id: campaignId };
  await system
    .insertInto('signature_tracking_events')
    .values(
      Array.from({ length: count }, (_, index) => ({
        ...of,
        hit_at: new Date(NOW + index),
        pixel_id: pixel.id,
        judgement_id: judgement.id,
        is_counted: isCounted,
        is_unique: index < uniques,
        is_bot: false,
        is_proxy: !isCounted,
        tracking_type: 'campaign' as const,
        verdict,
      })),
    )
    .execute();
  const opens = isCounted ? count : 0;
  await system
    .insertInto('tracking_rollup_days')
    .values({ ...of, day: toLocalDay(NOW, 'UTC'), verdict, device, events: count, opens, uniques })
    .execute();
}

test('totals, devices, verdicts, members and variants of the campaign’s own pixels', async () => {
  const answer = await owner.get(`${path}/stats`);
  expect(answer.status).toBe(200);
  const stats = campaignStatsSchema.strict().parse(answer.body);
  expect(stats).toMatchObject({
    totalOpens: 6,
    uniqueOpens: 4,
    byDevice: { desktop: 75, mobile: 25, tablet: 0 },
    deviceKnownShare: 67,
    byVerdict: { human: 4, proxy_open: 2, prefetch: 4, bot: 0 },
    topMembers: [
      { userId: member.memberId, opens: 5 },
      { userId: owner.memberId, opens: 1 },
    ],
    comparison: { state: 'not_enough_data', leader: null },
  });
  expect(stats.variants.map(({ label, opens, unique }) => [label, opens, unique])).toEqual([
    ['A', 4, 3],
    ['B', 2, 1],
  ]);
  expect(stats.statuses.map(({ status }) => status)).toEqual(['draft', 'active']);
});

test('one row a day, zeros included', async () => {
  const { data } = dailySchema.strict().parse((await owner.get(`${path}/stats/daily?days=7`)).body);
  expect(data).toHaveLength(7);
  expect(data.at(-1)).toEqual({ date: toLocalDay(NOW, 'UTC'), opens: 6, unique: 4 });
  expect(data.slice(0, 6).every(({ opens }) => opens === 0)).toBe(true);
});

test('a list with figures says of each campaign how it is doing, to those who may see them', async () => {
  const { data } = campaignListSchema.parse((await owner.get('/api/campaigns?figures=true')).body);
  const figures = data.find(({ id }) => id === campaignId)?.figures;
  expect(figures).toMatchObject({ opens: 6, unique: 4, lastOpenDay: toLocalDay(NOW, 'UTC') });
  expect(figures?.daily).toHaveLength(30);
  expect(figures?.daily.slice(-2)).toEqual([0, 6]);
  const ofMember = campaignListSchema.parse((await member.get('/api/campaigns?figures=true')).body).data;
  expect(ofMember.map(({ id, figures: told }) => [id, told])).toEqual([[campaignId, null]]);
  const plain = campaignListSchema.parse((await owner.get('/api/campaigns')).body).data;
  expect(plain[0]).not.toHaveProperty('figures');
});

test('the export has every recorded open and nothing of a recipient', async () => {
  const file = await owner.get(`${path}/stats/export.csv`);
  expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const [head, ...lines] = file.text.trim().split('\r\n');
  expect(head).toBe('time,member,device,verdict,unique');
  expect(lines).toHaveLength(10);
  expect(file.text).toContain(`${new Date(NOW).toISOString()},"'=Max, ""Member""",desktop,human,true`);
  expect(file.text).not.toMatch(/secret client/);
});

test('in aggregate mode nothing is unique and nothing compared', async () => {
  const settings = { tracking_settings: JSON.stringify({ mode: 'aggregate' }) };
  const setSettings = (set: { tracking_settings: string }) =>
    databases.system
      .updateTable('organization_settings')
      .set(set)
      .where('organization_id', '=', owner.organizationId)
      .execute();
  await setSettings(settings);
  const { body } = await owner.get(`${path}/stats`);
  await setSettings({ tracking_settings: '{}' });
  expect(body.uniqueOpens).toBeNull();
  expect(body.variants[0]).toMatchObject({ unique: null, interval: null });
  expect(body.comparison.sentence).toContain('aggregate');
});

test('a member who only carries it is 403, another organization 404', async () => {
  for (const of of ['stats', 'stats/daily', 'stats/export.csv']) {
    expect((await member.get(`${path}/${of}`)).status).toBe(403);
    expect((await stranger.get(`${path}/${of}`)).status).toBe(404);
  }
});

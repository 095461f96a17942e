import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type HitOptions, makeBlock, makeHit } from '../../tests/support/hits.ts';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { readDrops, readEvents } from '../../tests/support/tracking.ts';
import { DAY_MS, type SpoolRecord } from '../domain/hit.ts';
import { DEFAULT_TRACKING_SETTINGS, type TrackingSettings } from '../domain/settings.ts';
import { sha256 } from '../kit/crypto.ts';
import { createBatchContext } from '../process/batch-context.ts';
import { processBatch } from '../process/process-batch.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let member: SignedIn;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
});
beforeEach(async () => {
  owner = await signUpOwner(http);
  member = await joinOrganization(http, owner.organizationId);
});
afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

async function store(...records: SpoolRecord[]): Promise<void> {
  await processBatch(createBatchContext({ databases, clock: http.context.clock }), [makeBlock(records)]);
}

async function readTokenHash(person: SignedIn): Promise<Buffer> {
  const { pixelUrl } = (await person.get('/api/signatures/me')).body;
  return sha256(/u\/([\w-]{24})\.gif$/.exec(pixelUrl)?.[1] ?? '');
}

/** Opens of the person's mail, a minute apart, the last a minute ago. */
async function openMail(person: SignedIn, ...kinds: NonNullable<HitOptions['by']>[]): Promise<void> {
  const tokenHash = await readTokenHash(person);
  const at = (i: number) => Date.now() - (kinds.length - i) * 60_000;
  await store(...kinds.map((by, i) => makeHit({ tokenHash }, { at: at(i), by })));
}

const change = (settings: Partial<TrackingSettings>) =>
  owner.send('PUT', '/api/admin/tracking/settings', { ...DEFAULT_TRACKING_SETTINGS, ...settings });
const SHARES = { human: 0, proxied: 0, prefetch: 0, scanner: 0, bot: 0, throttled: 0 };
const quality = async (by = owner) => (await by.get('/api/tracking/quality')).body;

test('without a hit all shares are 0', async () => {
  expect(await quality()).toMatchObject({ ...SHARES, sentences: [], days: 30 });
});

test('with exclude_bots on, a bot makes no event, is counted under its reason, and the share shows it', async () => {
  const before = await readDrops(databases);
  await openMail(owner, 'outlook', 'bot', 'bot', 'bot');
  expect((await readEvents(databases)).filter((e) => e.user_id === owner.memberId)).toMatchObject([{ is_bot: false }]);
  expect((await readDrops(databases)).bot).toBe((before.bot ?? 0) + 3);
  const answer = await quality();
  expect(answer).toMatchObject({ ...SHARES, human: 25, bot: 75, counts: { human: 1, bot: 3 } });
  expect(answer.sentences).toEqual([
    "25 % were fetched by a reader's own mail program: opens you can trust.",
    '75 % came from other machines, such as link previews and crawlers: no opens.',
  ]);
});

test('with exclude_bots off, a bot makes an event with is_bot, counts, and the share shows it', async () => {
  await change({ exclude_bots: false });
  await openMail(owner, 'outlook', 'bot');
  const events = (await readEvents(databases)).filter((e) => e.user_id === owner.memberId);
  expect(events).toMatchObject([{ is_bot: false }, { is_bot: true, is_counted: true, verdict: 'bot' }]);
  expect(await quality()).toMatchObject({ ...SHARES, human: 50, bot: 50 });
  expect((await owner.get('/api/tracking/my-stats')).body.thisMonth.opens).toBeGreaterThanOrEqual(1);
});

test('six kinds share 100 per cent by largest remainder; what cannot be told is in none', async () => {
  await openMail(owner, 'outlook', 'gmail', 'applePrefetch', 'scanner', 'bot', 'syncAgent');
  const tokenHash = await readTokenHash(owner);
  const hitAt = Date.now();
  await store({ kind: 'throttled', hitAt, trackingType: 'user', tokenHash, limit: 'pixel', hits: 1 });
  const answer = await quality();
  expect(answer).toMatchObject({ human: 17, proxied: 17, prefetch: 17, scanner: 17, bot: 16, throttled: 16 });
  expect(answer.counts).toMatchObject({ unknown: 1, own: 0, test: 0 });
});

test("a session sees the member's own, a key the organization's", async () => {
  await openMail(owner, 'outlook');
  await openMail(member, 'bot');
  const { key } = (await owner.post('/api/keys', { name: 'report', scopes: ['read:stats'] })).body;
  const asKey = await http.send('GET', '/api/tracking/quality', { headers: { authorization: `Bearer ${key}` } });
  expect(await quality(owner)).toMatchObject({ human: 100, bot: 0 });
  expect(await quality(member)).toMatchObject({ human: 0, bot: 100 });
  expect(asKey.body).toMatchObject({ human: 50, bot: 50 });
});

test('so many days are asked for, and no more are told than the retention keeps', async () => {
  const tokenHash = await readTokenHash(owner);
  await store(makeHit({ tokenHash }, { at: Date.now() - 3 * DAY_MS }));
  expect((await owner.get('/api/tracking/quality?days=2')).body).toMatchObject({ ...SHARES, days: 2 });
  expect((await owner.get('/api/tracking/quality?days=4')).body).toMatchObject({ human: 100, days: 4 });
  expect((await owner.get('/api/tracking/quality?days=400')).body.days).toBe(90);
  expect((await owner.get('/api/tracking/quality?days=0')).status).toBe(400);
});

// The feed.

interface FeedOpen {
  readonly id: string;
  readonly at: string;
  readonly verdict: string;
  readonly counted: boolean;
}
const feed = async (query = '', by = owner) => (await by.get(`/api/tracking/opens${query}`)).body;

test('the feed tells each open, counted or not, with a sentence and without the program that fetched it', async () => {
  await openMail(owner, 'outlook', 'applePrefetch', 'gmail');
  await openMail(member, 'outlook');
  const { data, next } = await feed();
  expect(next).toBeNull();
  expect(data).toMatchObject([
    { verdict: 'proxy_open', confidence: 'certain', reason: 'gmail_open', counted: true, unique: true, loads: 1 },
    { verdict: 'prefetch', reason: 'apple_prefetch', counted: false, unique: false },
    {
      verdict: 'human',
      reason: 'mail_client',
      counted: true,
      device: 'desktop',
      trackingType: 'user',
      campaignId: null,
    },
  ]);
  for (const open of data) expect(open.explanation).toMatch(/^[A-Z].{20,}\.$/);
  expect(JSON.stringify(data)).not.toMatch(/Outlook 16|clientFamily|network/);
});

test('the feed tells no country: of one reader it would be a group of one', async () => {
  await sql`update organization_settings set tracking_settings = tracking_settings || '{"collect_region": true}'
    where organization_id = ${owner.organizationId}`.execute(databases.system);
  await store({ ...makeHit({ tokenHash: await readTokenHash(owner) }, { at: Date.now() }), country: 'LI' });
  const { rows } = await sql<{ country: string }>`
    select country from signature_tracking_events where organization_id = ${owner.organizationId}`.execute(
    databases.system,
  );
  expect(rows).toEqual([{ country: 'LI' }]);
  const { data } = await feed();
  expect(data).toHaveLength(1);
  expect(JSON.stringify(data)).not.toMatch(/country|"LI"/);
});

test('page by page the feed tells every open once, newest first, also those of one instant', async () => {
  const tokenHash = await readTokenHash(owner);
  const now = Date.now();
  const hits = Array.from({ length: 9 }, (_, i) =>
    makeHit({ tokenHash }, { at: now - Math.floor(i / 3) * 60_000, address: `192.0.2.${i}` }),
  );
  await store(...hits);
  const told: FeedOpen[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { data: FeedOpen[]; next: string | null } = await feed(`?limit=2${cursor && `&cursor=${cursor}`}`);
    told.push(...page.data);
    cursor = page.next;
  }
  expect(new Set(told.map((open) => open.id)).size).toBe(9);
  expect(told.map((open) => open.at)).toEqual([...told.map((open) => open.at)].sort().reverse());
  expect((await owner.get('/api/tracking/opens?cursor=yesterday')).status).toBe(400);
});

test('a campaign open names its campaign, and in aggregate mode nothing is said to be unique', async () => {
  const campaign = (await owner.post('/api/campaigns', { name: 'Spring', audience: { everyone: true } })).body;
  await owner.post(`/api/campaigns/${campaign.id}/launch`);
  const { data: pixels } = (await owner.get(`/api/campaigns/${campaign.id}/pixels`)).body;
  const url = pixels.find((pixel: { userId: string }) => pixel.userId === owner.memberId).url;
  const tokenHash = sha256(/p\/([\w-]{24})\.gif$/.exec(url)?.[1] ?? '');
  await store(makeHit({ tokenHash }, { at: Date.now() + 1, trackingType: 'campaign' }));
  const told = { campaignId: campaign.id, campaignName: 'Spring', trackingType: 'campaign' };
  expect((await feed()).data).toMatchObject([{ ...told, unique: true }]);
  await change({ mode: 'aggregate' });
  expect((await feed()).data).toMatchObject([{ ...told, unique: null }]);
});

test('where members are not shown their dashboard, both are refused; a key is no member', async () => {
  await change({ show_user_dashboard: false });
  expect((await member.get('/api/tracking/quality')).status).toBe(403);
  expect((await member.get('/api/tracking/opens')).status).toBe(403);
  const { key } = (await owner.post('/api/keys', { name: 'report', scopes: ['read:events'] })).body;
  const headers = { authorization: `Bearer ${key}` };
  expect((await http.send('GET', '/api/tracking/quality', { headers })).body.code).toBe('missing_scope');
  expect((await http.send('GET', '/api/tracking/opens', { headers })).body.code).toBe('needs_person');
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from signature_tracking_events`.execute(
    databases.system,
  );
  expect(rows[0]?.n).toBeGreaterThan(0);
});

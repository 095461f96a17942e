import { Histogram } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { sha256 } from '../kit/crypto.ts';
import { createMetrics } from '../kit/metrics.ts';
import { createBatchContext } from '../process/batch-context.ts';
import { processBatch } from '../process/process-batch.ts';
import { readPixelSpeed } from './read-pixel-speed.ts';

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

const health = async (by = owner) => (await by.get('/api/admin/tracking/health')).body;

test('nobody has looked and nothing was fetched: shares of nothing are null', async () => {
  const stranger = await signUpOwner(http, 'Sven Stranger');
  expect(await health(stranger)).toMatchObject({
    dashboard: { share: 0, viewed: 0, members: 1, days: 30 },
    hits: { share: null, recorded: 0, failed: 0 },
    userTracking: { on: true, share: 100 },
    pixel: { p99Ms: null, answers: 0 },
  });
});

test('who looked within 30 days is counted once, and no longer on the 31st day', async () => {
  for (let looked = 0; looked < 3; looked += 1) await member.get('/api/tracking/my-stats');
  expect((await health()).dashboard).toMatchObject({ share: 50, viewed: 1, members: 2 });
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
  for (const [days, viewed] of [
    [29, 1],
    [30, 0],
  ] as const) {
    await databases.system
      .updateTable('member_dashboard_views')
      .set({ viewed_on: daysAgo(days) })
      .execute();
    expect((await health()).dashboard.viewed).toBe(viewed);
  }
});

test('hits are recorded as opens or under a reason; one that could not be processed is not', async () => {
  const { pixelUrl } = (await owner.get('/api/signatures/me')).body;
  const tokenHash = sha256(/u\/([\w-]{24})\.gif$/.exec(pixelUrl)?.[1] ?? '');
  const context = createBatchContext({ databases, clock: http.context.clock });
  const at = (minutes: number) => Date.now() - minutes * 60_000;
  const hits = [makeHit({ tokenHash }, { at: at(9) }), makeHit({ tokenHash }, { at: at(6), by: 'bot' })];
  await processBatch(context, [makeBlock(hits)]);
  expect((await health()).hits).toMatchObject({ share: 100, recorded: 2, failed: 0 });
  await databases.system
    .insertInto('dead_letters')
    .values({ block_id: Buffer.alloc(16), record_index: 0, token_hash: tokenHash, error: 'x', tracking_type: 'user' })
    .execute();
  expect((await health()).hits).toMatchObject({ share: 66.66, recorded: 2, failed: 1 });
});

test('a member is refused, and with user tracking off the share is 0', async () => {
  expect((await member.get('/api/admin/tracking/health')).status).toBe(403);
  expect((await http.send('GET', '/api/admin/tracking/health')).status).toBe(401);
  const settings = (await owner.get('/api/admin/tracking/settings')).body;
  await owner.send('PUT', '/api/admin/tracking/settings', { ...settings, user_tracking_enabled: false });
  expect((await health()).userTracking).toEqual({ on: false, share: 0 });
});

test('the 99th percentile lies within the bucket that holds it', async () => {
  const metrics = createMetrics();
  const name = 'mailtracker_collect_answer_duration_seconds';
  const histogram = new Histogram({ name, help: 'x', buckets: [0.001, 0.005, 0.01, 5], registers: [metrics] });
  for (let answer = 0; answer < 980; answer += 1) histogram.observe(0.0005);
  for (let answer = 0; answer < 20; answer += 1) histogram.observe(0.007);
  expect(await readPixelSpeed(metrics)).toEqual({ p99Ms: 7.5, answers: 1_000 });
});

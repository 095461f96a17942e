import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SeededOrganization, seedMember, seedOrganization, TEST_TOKEN_KEY } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { CampaignAction } from '../domain/campaign-status.ts';
import type { CampaignId } from '../domain/ids.ts';
import { silentLog } from '../kit/log.ts';
import { changeCampaign } from './change-campaign.ts';
import { changeStatus } from './change-status.ts';
import { createCampaign } from './create-campaign.ts';
import { issueMissingPixels, runDueCampaigns } from './run-due-campaigns.ts';
import { startCampaignClock } from './start-campaign-clock.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;
let databases: TestDatabase;
let acme: SeededOrganization;

beforeEach(async () => {
  databases = await createTestDatabase();
  acme = await seedOrganization(databases);
});
afterEach(() => databases.drop());

async function plan(times: { startsAt?: string; endsAt?: string; timezone?: string }): Promise<CampaignId> {
  const campaignId = await withTenant(databases, acme.organizationId, (trx) =>
    createCampaign(trx, {
      organizationId: acme.organizationId,
      memberId: acme.members[0].memberId,
      name: 'Spring',
      audience: { everyone: true },
      now: NOW,
      tokenKey: TEST_TOKEN_KEY,
      ...times,
    }),
  );
  await act(campaignId, 'launch', NOW + 1);
  return campaignId;
}

function act(campaignId: CampaignId, action: CampaignAction, now: number) {
  const change = { organizationId: acme.organizationId, campaignId, action, now, tokenKey: TEST_TOKEN_KEY };
  return withTenant(databases, acme.organizationId, (trx) => changeStatus(trx, change));
}

const run = (now: number) => runDueCampaigns({ databases, log: silentLog, now, tokenKey: TEST_TOKEN_KEY });

async function readIntervals(campaignId: CampaignId): Promise<readonly [string, number][]> {
  const rows = await databases.system
    .selectFrom('signature_campaign_statuses')
    .where('campaign_id', '=', campaignId)
    .orderBy('began_at')
    .select(['status', 'began_at'])
    .execute();
  return rows.map((row) => [row.status, row.began_at.getTime()]);
}

describe('campaigns that begin and end by themselves', () => {
  test('nothing before its time, the planned instant as the interval’s, once', async () => {
    const starts = NOW + HOUR;
    const campaignId = await plan({ startsAt: new Date(starts).toISOString() });
    expect(await run(starts - 1)).toBe(0);
    expect(await run(starts + 500)).toBe(1);
    expect(await run(starts + 501)).toBe(0);
    expect(await readIntervals(campaignId)).toEqual([
      ['draft', NOW],
      ['scheduled', NOW + 1],
      ['active', starts],
    ]);
  });

  test('after being down over both times it was active exactly from the one to the other', async () => {
    const [starts, ends] = [NOW + HOUR, NOW + 2 * HOUR];
    const campaignId = await plan({ startsAt: new Date(starts).toISOString(), endsAt: new Date(ends).toISOString() });
    expect(await run(NOW + 100 * HOUR)).toBe(2);
    expect((await readIntervals(campaignId)).slice(2)).toEqual([
      ['active', starts],
      ['completed', ends],
    ]);
  });

  test('six nodes at once change each campaign once', async () => {
    const campaigns = await Promise.all([1, 2, 3].map(() => plan({ startsAt: new Date(NOW + HOUR).toISOString() })));
    const made = await Promise.all(Array.from({ length: 6 }, () => run(NOW + HOUR)));
    expect(made.reduce((sum, changes) => sum + changes, 0)).toBe(3);
    for (const campaignId of campaigns) expect(await readIntervals(campaignId)).toHaveLength(3);
  });

  test('a paused one ends at its time; one paused by hand does not begin again', async () => {
    const campaignId = await plan({ endsAt: new Date(NOW + HOUR).toISOString() });
    await act(campaignId, 'pause', NOW + 10);
    expect(await run(NOW + 20)).toBe(0);
    expect(await run(NOW + HOUR)).toBe(1);
    expect((await readIntervals(campaignId)).at(-1)).toEqual(['completed', NOW + HOUR]);
  });

  test.each([
    ['2026-03-08T01:30', 'America/New_York', '2026-03-08T06:30:00Z'],
    ['2026-03-08T03:30', 'America/New_York', '2026-03-08T07:30:00Z'],
    ['2026-03-08T02:30', 'America/New_York', '2026-03-08T07:00:00Z'],
    ['2026-03-29T09:00', 'Asia/Kolkata', '2026-03-29T03:30:00Z'],
    ['2026-03-29T09:00', 'Europe/Berlin', '2026-03-29T07:00:00Z'],
  ])('%s in %s is %s', async (startsAt, timezone, instant) => {
    const campaignId = await plan({ startsAt, timezone });
    expect(await run(Date.parse(instant) - 1)).toBe(0);
    expect(await run(Date.parse(instant))).toBe(1);
    expect((await readIntervals(campaignId)).at(-1)).toEqual(['active', Date.parse(instant)]);
  });

  test('a campaign whose end has passed is not launched nor resumed', async () => {
    const campaignId = await plan({ endsAt: new Date(NOW + HOUR).toISOString() });
    await act(campaignId, 'pause', NOW + 10);
    await expect(act(campaignId, 'resume', NOW + HOUR)).rejects.toThrow('The end of the campaign has passed');
  });

  test('a start that was moved holds; the old time passes without effect', async () => {
    const campaignId = await plan({ startsAt: new Date(NOW + HOUR).toISOString() });
    const change = { startsAt: new Date(NOW + 3 * HOUR).toISOString() };
    const order = { organizationId: acme.organizationId, campaignId, change, now: NOW + 5, tokenKey: TEST_TOKEN_KEY };
    await withTenant(databases, acme.organizationId, (trx) => changeCampaign(trx, order));
    expect(await run(NOW + 2 * HOUR)).toBe(0);
    expect(await run(NOW + 3 * HOUR)).toBe(1);
  });
});

describe('who joins the audience', () => {
  const issue = () => issueMissingPixels({ databases, log: silentLog, now: NOW, tokenKey: TEST_TOKEN_KEY });

  test('gets a pixel of every running campaign, and none of one that is over', async () => {
    const running = await plan({});
    const over = await plan({});
    await act(over, 'complete', NOW + 10);
    const { memberId } = await seedMember(databases, { organizationId: acme.organizationId });
    await issue();
    const rows = await databases.system
      .selectFrom('signature_tracking_pixels')
      .where('user_id', '=', memberId)
      .select('campaign_id')
      .execute();
    expect(rows.map((row) => row.campaign_id)).toContain(running);
    expect(rows.map((row) => row.campaign_id)).not.toContain(over);
    expect(await issue()).toBe(0);
  });

  test('10,000 members have theirs; how long it took is told', async () => {
    const { organizationId } = acme;
    await sql`with people as (
        insert into users (name, email) select 'Crowd', 'crowd.' || n || '@example.com' from generate_series(1, 9998) n returning id)
      insert into organization_users (organization_id, user_id) select ${organizationId}, id from people`.execute(
      databases.system,
    );
    const startedAt = performance.now();
    const campaignId = await plan({});
    const tookMs = Math.round(performance.now() - startedAt);
    process.stdout.write(`10,000 campaign pixels in ${tookMs} ms\n`);
    expect(tookMs).toBeLessThan(5_000);
    const { total } = await databases.system
      .selectFrom('signature_tracking_pixels')
      .where('campaign_id', '=', campaignId)
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    expect(total).toBe(10_000);
    const lookedAt = performance.now();
    expect(await issue()).toBeGreaterThanOrEqual(0);
    expect(await issue()).toBe(0);
    process.stdout.write(
      `looking for members without a pixel, twice: ${Math.round(performance.now() - lookedAt)} ms\n`,
    );
  }, 60_000);
});

test('the clock runs what is due by itself, and stops', async () => {
  const campaignId = await plan({ startsAt: new Date(NOW + HOUR).toISOString() });
  let now = NOW + 2;
  const clock = { now: () => now };
  const campaigns = startCampaignClock({ databases, clock, log: silentLog, tokenKey: TEST_TOKEN_KEY, everyMs: 5 });
  now = NOW + HOUR;
  await expect.poll(async () => (await readIntervals(campaignId)).at(-1)?.[0], { timeout: 10_000 }).toBe('active');
  await campaigns.stop();
});

test('clocks of two nodes that were both down over its start and its end begin and end it once, at its times', async () => {
  const at = (ms: number) => new Date(NOW + ms).toISOString();
  const campaignId = await plan({ startsAt: at(HOUR), endsAt: at(2 * HOUR) });
  let now = NOW + 2;
  const clock = { now: () => now };
  const start = () => startCampaignClock({ databases, clock, log: silentLog, tokenKey: TEST_TOKEN_KEY, everyMs: 5 });
  await start().stop();
  expect((await readIntervals(campaignId)).at(-1)?.[0]).toBe('scheduled');
  now = NOW + 3 * HOUR;
  const nodes = [start(), start()];
  await expect.poll(async () => (await readIntervals(campaignId)).at(-1)?.[0], { timeout: 10_000 }).toBe('completed');
  await Promise.all(nodes.map((node) => node.stop()));
  expect((await readIntervals(campaignId)).slice(-2)).toEqual([
    ['active', NOW + HOUR],
    ['completed', NOW + 2 * HOUR],
  ]);
  expect((await readIntervals(campaignId)).filter(([status]) => status === 'active')).toHaveLength(1);
});

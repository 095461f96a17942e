import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SeededOrganization, seedMember, seedOrganization, TEST_TOKEN_KEY } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { waitForLock } from '../../tests/support/wait-for-lock.ts';
import { withTenant } from '../db/with-tenant.ts';
import {
  CAMPAIGN_ACTIONS,
  type CampaignAction,
  type CampaignStatus,
  toStatusAfter,
} from '../domain/campaign-status.ts';
import type { CampaignId, OrganizationId } from '../domain/ids.ts';
import { CampaignError } from './campaign-error.ts';
import { changeStatus } from './change-status.ts';
import { createCampaign } from './create-campaign.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
let databases: TestDatabase;
let acme: SeededOrganization;

beforeAll(async () => {
  databases = await createTestDatabase();
  acme = await seedOrganization(databases);
});
afterAll(() => databases.drop());

async function create(startsAt?: string): Promise<CampaignId> {
  return withTenant(databases, acme.organizationId, (trx) =>
    createCampaign(trx, {
      organizationId: acme.organizationId,
      memberId: acme.members[0].memberId,
      name: 'Spring',
      audience: { everyone: true },
      startsAt,
      now: NOW,
      tokenKey: TEST_TOKEN_KEY,
    }),
  );
}

async function act(
  campaignId: CampaignId,
  action: CampaignAction,
  now: number,
  organizationId: OrganizationId = acme.organizationId,
): Promise<CampaignStatus | null> {
  return withTenant(databases, organizationId, (trx) =>
    changeStatus(trx, { organizationId, campaignId, action, now, tokenKey: TEST_TOKEN_KEY }),
  );
}

async function readIntervals(campaignId: CampaignId) {
  const rows = await databases.system
    .selectFrom('signature_campaign_statuses')
    .selectAll()
    .where('campaign_id', '=', campaignId)
    .orderBy('began_at')
    .execute();
  return rows.map((row) => ({
    status: row.status,
    beganAt: row.began_at.getTime(),
    endedAt: row.ended_at?.getTime() ?? null,
  }));
}

async function readStatus(campaignId: CampaignId): Promise<CampaignStatus> {
  const row = await databases.system
    .selectFrom('signature_campaigns')
    .select('status')
    .where('id', '=', campaignId)
    .executeTakeFirstOrThrow();
  return row.status;
}

describe('the status of a campaign', () => {
  test('its intervals follow each other without a gap or an overlap, whatever is tried and however the clock runs', async () => {
    const steps = fc.array(fc.tuple(fc.constantFrom(...CAMPAIGN_ACTIONS), fc.integer({ min: -5, max: 5 })), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (drawn) => {
        const campaignId = await create();
        let status: CampaignStatus = 'draft';
        let now = NOW;
        for (const [action, step] of drawn) {
          now += step;
          const next = toStatusAfter(action, status);
          if (next === null) await expect(act(campaignId, action, now)).rejects.toThrow(CampaignError);
          else expect(await act(campaignId, action, now)).toBe(next);
          status = next ?? status;
        }
        const intervals = await readIntervals(campaignId);
        expect(intervals[0]).toMatchObject({ status: 'draft', beganAt: NOW });
        for (const [index, interval] of intervals.entries()) {
          expect(interval.endedAt).toBe(intervals[index + 1]?.beganAt ?? null);
          if (interval.endedAt !== null) expect(interval.endedAt).toBeGreaterThan(interval.beganAt);
        }
        expect(intervals.at(-1)?.status).toBe(status);
        expect(await readStatus(campaignId)).toBe(status);
      }),
      { numRuns: 40 },
    );
  });

  test('of two launches at once one is done and one is told that it is active already', async () => {
    const campaignId = await create();
    let second: Promise<unknown> = Promise.resolve();
    await withTenant(databases, acme.organizationId, async (trx) => {
      const change = {
        organizationId: acme.organizationId,
        campaignId,
        action: 'launch',
        tokenKey: TEST_TOKEN_KEY,
      } as const;
      await changeStatus(trx, { ...change, now: NOW + 1 });
      second = act(campaignId, 'launch', NOW + 1).catch((error: unknown) => error);
      await waitForLock(databases);
    });
    expect(await second).toBeInstanceOf(CampaignError);
    expect(await readIntervals(campaignId)).toHaveLength(2);
  });

  test('a conflict says what is possible instead and changes nothing', async () => {
    const campaignId = await create();
    await act(campaignId, 'launch', NOW + 1);
    const before = await readIntervals(campaignId);
    await expect(act(campaignId, 'resume', NOW + 2)).rejects.toThrow(
      'The campaign is active; resume is not possible. Possible: pause, complete, cancel.',
    );
    expect(await readIntervals(campaignId)).toEqual(before);
  });

  test('one that starts later is scheduled by its launch, and active when launched again', async () => {
    const campaignId = await create('2026-12-01T00:00:00Z');
    expect(await act(campaignId, 'launch', NOW + 1)).toBe('scheduled');
    expect(await act(campaignId, 'launch', NOW + 2)).toBe('active');
    expect(await act(await create('2026-11-01T00:00:00Z'), 'launch', NOW + 1)).toBe('active');
  });

  test('another organization’s campaign is not found and stays as it is', async () => {
    const other = await seedOrganization(databases);
    const campaignId = await create();
    expect(await act(campaignId, 'launch', NOW + 1, other.organizationId)).toBeNull();
    expect(await readStatus(campaignId)).toBe('draft');
  });

  test('who joined since the draft was made has a pixel once it is active', async () => {
    const campaignId = await create();
    const { memberId } = await seedMember(databases, { organizationId: acme.organizationId });
    const hasPixel = async () => {
      const rows = await databases.system
        .selectFrom('signature_tracking_pixels')
        .select('id')
        .where('campaign_id', '=', campaignId)
        .where('user_id', '=', memberId)
        .execute();
      return rows.length;
    };
    expect(await hasPixel()).toBe(0);
    await act(campaignId, 'launch', NOW + 1);
    expect(await hasPixel()).toBe(1);
  });
});

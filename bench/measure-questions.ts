import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { readCampaignDaily } from '../src/analytics/read-campaign-daily.ts';
import { readCampaignStats } from '../src/analytics/read-campaign-stats.ts';
import { readDaily } from '../src/analytics/read-daily.ts';
import { readHours } from '../src/analytics/read-hours.ts';
import { readMyStats } from '../src/analytics/read-my-stats.ts';
import { readOpens } from '../src/analytics/read-opens.ts';
import { readOrganizationBreakdown } from '../src/analytics/read-organization-breakdown.ts';
import { readOrganizationDaily } from '../src/analytics/read-organization-daily.ts';
import { readOrganizationStats } from '../src/analytics/read-organization-stats.ts';
import { readQuality } from '../src/analytics/read-quality.ts';
import { readViewer, type Viewer } from '../src/analytics/read-viewer.ts';
import type { Databases } from '../src/db/open-databases.ts';
import type { Schema } from '../src/db/schema.ts';
import { withTenant } from '../src/db/with-tenant.ts';
import type { FilledOrganization } from './fill-events.ts';
import { toPercentile } from './to-percentile.ts';

export interface Timing {
  readonly name: string;
  readonly budgetMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

type Ask = (trx: Transaction<Schema>, round: number) => Promise<unknown>;

const WARM_UP_ROUNDS = 10;

/**
 * Asks every question `rounds` times, one after the other, each time of another member or campaign, and rests for
 * `restMs` after each.
 */
export async function measureQuestions(
  databases: Databases,
  filled: FilledOrganization,
  { rounds, restMs }: { readonly rounds: number; readonly restMs: number },
): Promise<Timing[]> {
  const timings: Timing[] = [];
  for (const [name, budgetMs, ask] of toQuestions(filled)) {
    const times: number[] = [];
    for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
      const asked = performance.now();
      await withTenant(databases, filled.organizationId, (trx) => ask(trx, round + WARM_UP_ROUNDS));
      if (round >= 0) times.push(performance.now() - asked);
      if (restMs > 0) await sleep(restMs);
    }
    times.sort((a, b) => a - b);
    timings.push({ name, budgetMs, p50Ms: toPercentile(times, 0.5), p95Ms: toPercentile(times, 0.95) });
  }
  return timings;
}

function toQuestions({ organizationId, members, campaigns }: FilledOrganization): readonly [string, number, Ask][] {
  const now = Date.now();
  const asViewer = (ask: (trx: Transaction<Schema>, viewer: Viewer) => Promise<unknown>, zone?: string): Ask => {
    return async (trx, round) => {
      const memberId = members[(round * 37) % members.length];
      const viewer = memberId && (await readViewer(trx, organizationId, memberId));
      if (!viewer) throw new Error('the member is not there');
      return ask(trx, zone === undefined ? viewer : { ...viewer, timeZone: zone });
    };
  };
  const ofCampaign = (
    ask: (trx: Transaction<Schema>, campaignId: FilledOrganization['campaigns'][number]) => Promise<unknown>,
  ): Ask => {
    return async (trx, round) => {
      const campaignId = campaigns[(round * 7) % campaigns.length];
      if (!campaignId) throw new Error('the campaign is not there');
      return ask(trx, campaignId);
    };
  };
  const team = (days: number) => ({ organizationId, days, now });
  return [
    ['my-stats', 20, asViewer((trx, viewer) => readMyStats(trx, viewer, now))],
    ['daily, 30 days', 20, asViewer((trx, viewer) => readDaily(trx, viewer, { now, days: 30 }))],
    ['daily, 400 days', 20, asViewer((trx, viewer) => readDaily(trx, viewer, { now, days: 400 }))],
    [
      'daily in a zone of their own',
      20,
      asViewer((trx, viewer) => readDaily(trx, viewer, { now, days: 90 }), 'Asia/Kathmandu'),
    ],
    ['hours', 20, asViewer((trx, viewer) => readHours(trx, viewer, now))],
    ['quality, mine', 20, asViewer((trx, viewer) => readQuality(trx, { ...viewer, days: 30, now }))],
    ['opens, first page', 20, asViewer((trx, viewer) => readOpens(trx, viewer, { limit: 50, cursor: null, now }))],
    ['organization-stats, 30 days', 50, (trx) => readOrganizationStats(trx, team(30))],
    ['organization-stats, 90 days', 50, (trx) => readOrganizationStats(trx, team(90))],
    ['organization daily, 30 days', 50, (trx) => readOrganizationDaily(trx, team(30))],
    ['organization breakdown, 30 days', 50, (trx) => readOrganizationBreakdown(trx, team(30))],
    ['quality, organization', 50, (trx) => readQuality(trx, { memberId: null, ...team(30) })],
    ['campaign', 50, ofCampaign((trx, campaignId) => readCampaignStats(trx, { organizationId, campaignId, now }))],
    [
      'campaign daily, 30 days',
      50,
      ofCampaign((trx, campaignId) => readCampaignDaily(trx, { organizationId, campaignId, now, days: 30 })),
    ],
  ];
}

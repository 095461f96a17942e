import { sql, type Transaction } from 'kysely';
import type { CampaignStats } from '../contract/campaign-stats.ts';
import type { Schema } from '../db/schema.ts';
import type { CampaignId, MemberId, OrganizationId } from '../domain/ids.ts';
import { type TrackingSettings, toTrackingSettings } from '../domain/settings.ts';
import { type Device, VERDICTS, type Verdict } from '../domain/verdict.ts';
import { readCampaignVariants } from './read-campaign-variants.ts';
import { toTimeZone } from './read-viewer.ts';
import { toWholeShares } from './to-device-shares.ts';

const TOP_MEMBERS_MAX = 5;

export interface CampaignQuestion {
  readonly organizationId: OrganizationId;
  readonly campaignId: CampaignId;
  readonly now: number;
}

/**
 * A campaign's figures over its whole life, one row a day, verdict and device: the opens of its own pixels, never added
 * to those of user pixels. The caller has seen to it that the campaign is the organization's.
 */
export async function readCampaignStats(trx: Transaction<Schema>, question: CampaignQuestion): Promise<CampaignStats> {
  const settings = await readSettings(trx, question.organizationId);
  const hasUniques = settings.mode !== 'aggregate';
  const rows = await readRows(trx, question);
  const variants = await readCampaignVariants(trx, question, hasUniques);
  const uniques = rows.reduce((sum, row) => sum + row.uniques, 0);
  return {
    totalOpens: rows.reduce((sum, row) => sum + row.opens, 0),
    uniqueOpens: hasUniques ? uniques : null,
    ...toDevices(rows),
    byVerdict: toVerdicts(rows),
    dropped: await readDropped(trx, question),
    topMembers: await readTopMembers(trx, question),
    ...variants,
    statuses: await readStatuses(trx, question),
    timezone: toTimeZone(settings.timezone),
  };
}

/** The organization's settings; analytics of a campaign are in its zone, whoever looks. */
export async function readSettings(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
): Promise<TrackingSettings> {
  const row = await trx
    .selectFrom('organization_settings')
    .where('organization_id', '=', organizationId)
    .select('tracking_settings')
    .executeTakeFirst();
  return toTrackingSettings(row?.tracking_settings ?? null);
}

interface Row {
  readonly verdict: Verdict;
  readonly device: Device;
  readonly events: number;
  readonly opens: number;
  readonly uniques: number;
}

function readRows(trx: Transaction<Schema>, { organizationId, campaignId }: CampaignQuestion): Promise<Row[]> {
  return trx
    .selectFrom('tracking_rollup_campaigns')
    .where('organization_id', '=', organizationId)
    .where('campaign_id', '=', campaignId)
    .groupBy(['verdict', 'device'])
    .select(['verdict', 'device'])
    .select([
      sql<number>`sum(events)::int`.as('events'),
      sql<number>`sum(opens)::int`.as('opens'),
      sql<number>`sum(uniques)::int`.as('uniques'),
    ])
    .execute();
}

function toDevices(rows: readonly Row[]): Pick<CampaignStats, 'byDevice' | 'deviceKnownShare'> {
  const opensOf = (device: Device) =>
    rows.filter((row) => row.device === device).reduce((sum, row) => sum + row.opens, 0);
  const counts = [opensOf('desktop'), opensOf('mobile'), opensOf('tablet')];
  const known = counts.reduce((sum, count) => sum + count, 0);
  const opens = rows.reduce((sum, row) => sum + row.opens, 0);
  const [desktop = 0, mobile = 0, tablet = 0] = toWholeShares(counts);
  return {
    byDevice: { desktop, mobile, tablet },
    deviceKnownShare: opens === 0 ? null : Math.round((known / opens) * 100),
  };
}

function toVerdicts(rows: readonly Row[]): CampaignStats['byVerdict'] {
  const eventsOf = (verdict: Verdict) =>
    rows.filter((row) => row.verdict === verdict).reduce((sum, row) => sum + row.events, 0);
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, eventsOf(verdict)])) as CampaignStats['byVerdict'];
}

async function readDropped(
  trx: Transaction<Schema>,
  { organizationId, campaignId }: CampaignQuestion,
): Promise<Record<string, number>> {
  const rows = await trx
    .selectFrom('tracking_drop_slots')
    .where('organization_id', '=', organizationId)
    .where('campaign_id', '=', campaignId)
    .groupBy('reason')
    .orderBy('reason')
    .select(['reason', sql<number>`sum(hits)::int`.as('hits')])
    .execute();
  return Object.fromEntries(rows.map((row) => [row.reason, row.hits]));
}

async function readTopMembers(
  trx: Transaction<Schema>,
  { organizationId, campaignId }: CampaignQuestion,
): Promise<CampaignStats['topMembers']> {
  const { rows } = await sql<{ userId: MemberId; name: string; opens: number }>`
    select member.id as "userId", coalesce(member.name, person.name) as name, total.opens
    from tracking_rollup_campaign_members total
    join organization_users member on member.id = total.user_id and member.organization_id = ${organizationId}
    join users person on person.id = member.user_id
    where total.organization_id = ${organizationId} and total.campaign_id = ${campaignId} and total.opens > 0
    order by opens desc, name, 1 limit ${TOP_MEMBERS_MAX}`.execute(trx);
  return rows;
}

async function readStatuses(
  trx: Transaction<Schema>,
  { organizationId, campaignId }: CampaignQuestion,
): Promise<CampaignStats['statuses']> {
  const rows = await trx
    .selectFrom('signature_campaign_statuses')
    .where('organization_id', '=', organizationId)
    .where('campaign_id', '=', campaignId)
    .orderBy('began_at')
    .select(['status', 'began_at'])
    .execute();
  return rows.map((row) => ({ status: row.status, beganAt: row.began_at.toISOString() }));
}

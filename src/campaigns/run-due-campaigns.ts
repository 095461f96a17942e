import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { CampaignId, OrganizationId } from '../domain/ids.ts';
import type { Log } from '../kit/log.ts';
import { changeStatus } from './change-status.ts';
import { issueCampaignPixels } from './issue-campaign-pixels.ts';

// In: the time. Out: every campaign whose start or end has come has begun or ended, its status interval from the
// planned time on, however late this runs. What must never happen: twice. The campaign's row is locked and asked again
// whether it is still due, so any number of nodes may run this at once.

export interface CampaignJob {
  readonly databases: Databases;
  readonly log: Log;
  readonly now: number;
  /** toPurposeKey(appSecret, 'pixel-token'). */
  readonly tokenKey: Buffer;
}

interface DueCampaign {
  readonly id: CampaignId;
  readonly organizationId: OrganizationId;
}

const DUE_PER_READ = 100;
const READS_MAX = 50;

/** Answers how many changes of status were made. One that fails is logged and holds up no other. */
export async function runDueCampaigns(job: CampaignJob): Promise<number> {
  const failed = new Set<CampaignId>();
  let changes = 0;
  for (let read = 0; read < READS_MAX; read += 1) {
    const due = (await readDue(job, [...failed])).filter(({ id }) => !failed.has(id));
    if (due.length === 0) break;
    for (const campaign of due) {
      try {
        changes += await runDue(job, campaign);
      } catch (error) {
        failed.add(campaign.id);
        const reason = error instanceof Error ? error.message : String(error);
        job.log.error({ campaignId: campaign.id, error: reason }, 'campaign.clock_failed');
      }
    }
  }
  return changes;
}

async function readDue({ databases, now }: CampaignJob, except: readonly CampaignId[]): Promise<DueCampaign[]> {
  const { rows } = await sql<DueCampaign>`
    select id, organization_id as "organizationId" from signature_campaigns
    where ((status = 'scheduled' and starts_at <= ${new Date(now)})
      or (status in ('active', 'paused') and ends_at <= ${new Date(now)})) and id <> all(${except}::uuid[])
    order by least(starts_at, ends_at), id limit ${DUE_PER_READ}`.execute(databases.system);
  return rows;
}

/** Begins it, ends it, or does both when both times have passed; 0 when another node was there first. */
async function runDue({ databases, log, now, tokenKey }: CampaignJob, due: DueCampaign): Promise<number> {
  const { organizationId, id: campaignId } = due;
  return withTenant(databases, organizationId, async (trx) => {
    let changes = 0;
    for (;;) {
      const campaign = await trx
        .selectFrom('signature_campaigns')
        .where('organization_id', '=', organizationId)
        .where('id', '=', campaignId)
        .select(['status', 'starts_at', 'ends_at'])
        .forUpdate()
        .executeTakeFirst();
      const step = campaign === undefined ? null : toStep(campaign);
      if (step === null || step.plannedAt.getTime() > now) return changes;
      const change = { organizationId, campaignId, action: step.action, now: step.plannedAt.getTime(), tokenKey };
      const status = await changeStatus(trx, change);
      const lateMs = now - step.plannedAt.getTime();
      log.info({ organizationId, campaignId, status, lateMs }, 'campaign.clock_changed');
      changes += 1;
    }
  });
}

/** What happens to a campaign by itself next, and when. */
function toStep(campaign: { status: string; starts_at: Date | null; ends_at: Date | null }) {
  const { status, starts_at, ends_at } = campaign;
  if (status === 'scheduled' && starts_at !== null) return { action: 'launch', plannedAt: starts_at } as const;
  const isRunning = status === 'active' || status === 'paused';
  return isRunning && ends_at !== null ? ({ action: 'complete', plannedAt: ends_at } as const) : null;
}

const CAMPAIGNS_PER_RUN = 500;

/**
 * Gives who joined the audience of a running or coming campaign (a new member, another department) their pixel;
 * answers how many were made. Safe to run on several nodes at once.
 */
export async function issueMissingPixels({ databases, tokenKey }: CampaignJob): Promise<number> {
  const { rows } = await sql<DueCampaign>`
    select campaign.id, campaign.organization_id as "organizationId" from signature_campaigns campaign
    where campaign.status in ('scheduled', 'active', 'paused') and exists (
      select from organization_users member where member.organization_id = campaign.organization_id
        and member.deactivated_at is null
        and (campaign.audience ? 'everyone' or campaign.audience -> 'departmentIds' ? member.department_id::text
          or campaign.audience -> 'userIds' ? member.id::text)
        and not exists (select from signature_tracking_pixels pixel
          where pixel.campaign_id = campaign.id and pixel.user_id = member.id and pixel.is_active))
    order by campaign.created_at desc limit ${CAMPAIGNS_PER_RUN}`.execute(databases.system);
  let made = 0;
  for (const { id: campaignId, organizationId } of rows)
    made += await withTenant(databases, organizationId, (trx) =>
      issueCampaignPixels(trx, { organizationId, campaignId, tokenKey }),
    );
  return made;
}

import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import {
  type CampaignAction,
  type CampaignStatus,
  toPossibleActions,
  toStatusAfter,
} from '../domain/campaign-status.ts';
import type { CampaignId, OrganizationId } from '../domain/ids.ts';
import { CampaignError } from './campaign-error.ts';
import { issueCampaignPixels } from './issue-campaign-pixels.ts';

export interface StatusChange {
  readonly organizationId: OrganizationId;
  readonly campaignId: CampaignId;
  readonly action: CampaignAction;
  /** When the new status holds from: the clock of the campaigns hands in the planned time. */
  readonly now: number;
  /** toPurposeKey(appSecret, 'pixel-token'): who joined the audience since gets a pixel when it becomes active. */
  readonly tokenKey: Buffer;
}

/**
 * Takes an action and records since when the new status holds: the intervals of a campaign follow each other without a
 * gap or an overlap, since a hit is judged by the status of its own time. Answers the new status, null when the
 * organization has no such campaign; throws CampaignError `status_conflict` when it cannot be taken now. Launching one
 * that is to start later schedules it. Two changes at once happen one after the other.
 */
export async function changeStatus(trx: Transaction<Schema>, change: StatusChange): Promise<CampaignStatus | null> {
  const campaign = await trx
    .selectFrom('signature_campaigns')
    .where('organization_id', '=', change.organizationId)
    .where('id', '=', change.campaignId)
    .select(['status', 'starts_at', 'ends_at'])
    .forUpdate()
    .executeTakeFirst();
  if (campaign === undefined) return null;
  const status = toNextStatus(change, campaign);
  const beganAt = await endOpenInterval(trx, change);
  await trx
    .insertInto('signature_campaign_statuses')
    .values({
      organization_id: change.organizationId,
      campaign_id: change.campaignId,
      status,
      began_at: beganAt,
    })
    .execute();
  await trx
    .updateTable('signature_campaigns')
    .set({ status, updated_at: beganAt })
    .where('organization_id', '=', change.organizationId)
    .where('id', '=', change.campaignId)
    .execute();
  if (status === 'active' || status === 'scheduled') await issueCampaignPixels(trx, change);
  return status;
}

interface Planned {
  readonly status: CampaignStatus;
  readonly starts_at: Date | null;
  readonly ends_at: Date | null;
}

function toNextStatus(change: StatusChange, { status, starts_at: startsAt, ends_at: endsAt }: Planned): CampaignStatus {
  const next = toStatusAfter(change.action, status);
  if (next === null) throw new CampaignError('status_conflict', toConflictText(change.action, status));
  if (next === 'active' && endsAt !== null && endsAt.getTime() <= change.now)
    throw new CampaignError('status_conflict', 'The end of the campaign has passed: move its end, then try again.');
  const isEarly = change.action === 'launch' && startsAt !== null && startsAt.getTime() > change.now;
  return isEarly && status === 'draft' ? 'scheduled' : next;
}

function toConflictText(action: CampaignAction, status: CampaignStatus): string {
  const possible = toPossibleActions(status);
  const hint = possible.length === 0 ? 'Nothing can be done with it any more.' : `Possible: ${possible.join(', ')}.`;
  return `The campaign is ${status}; ${action} is not possible. ${hint}`;
}

/** Answers where the next interval begins: now, or just after the open one began when the clock has not moved on. */
async function endOpenInterval(trx: Transaction<Schema>, change: StatusChange): Promise<Date> {
  const open = await trx
    .selectFrom('signature_campaign_statuses')
    .where('organization_id', '=', change.organizationId)
    .where('campaign_id', '=', change.campaignId)
    .where('ended_at', 'is', null)
    .select('began_at')
    .executeTakeFirstOrThrow();
  const endedAt = new Date(Math.max(change.now, open.began_at.getTime() + 1));
  await trx
    .updateTable('signature_campaign_statuses')
    .set({ ended_at: endedAt })
    .where('organization_id', '=', change.organizationId)
    .where('campaign_id', '=', change.campaignId)
    .where('ended_at', 'is', null)
    .execute();
  return endedAt;
}

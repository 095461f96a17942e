import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Audience } from '../domain/audience.ts';
import type { CampaignBanner } from '../domain/campaign-banner.ts';
import type { CampaignStatus } from '../domain/campaign-status.ts';
import type { CampaignId, MemberId, OrganizationId, TemplateId } from '../domain/ids.ts';
import { CampaignError } from './campaign-error.ts';
import { checkAudience, checkTemplateId } from './check-audience.ts';
import type { Deal } from './create-campaign.ts';
import { issueCampaignPixels } from './issue-campaign-pixels.ts';
import { readPlannedTimes } from './read-planned-times.ts';

/** What is left out stays; null empties. */
export interface CampaignChange {
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  readonly audience?: Audience | undefined;
  readonly startsAt?: string | null | undefined;
  readonly endsAt?: string | null | undefined;
  readonly timezone?: string | null | undefined;
  readonly banner?: CampaignBanner | null | undefined;
  readonly templateId?: TemplateId | null | undefined;
  /** Only where it is a deal already. */
  readonly deal?: Deal | undefined;
}

/**
 * Changes a campaign that is not over. Its start can be moved until it has begun, its end only into the future; who
 * joins the audience gets a pixel, who leaves it keeps a pixel that mails already sent report through. Throws
 * CampaignError; false when the organization has no such campaign.
 */
export async function changeCampaign(
  trx: Transaction<Schema>,
  order: {
    readonly organizationId: OrganizationId;
    readonly campaignId: CampaignId;
    readonly change: CampaignChange;
    readonly now: number;
    readonly tokenKey: Buffer;
  },
): Promise<boolean> {
  const { organizationId, campaignId, change, now } = order;
  const kept = await trx
    .selectFrom('signature_campaigns')
    .where('organization_id', '=', organizationId)
    .where('id', '=', campaignId)
    .select(['status', 'starts_at', 'ends_at', 'timezone', 'deal'])
    .forUpdate()
    .executeTakeFirst();
  if (kept === undefined) return false;
  checkStatus(kept.status, change, kept.deal !== null);
  if (change.audience !== undefined) {
    if (kept.deal !== null && toOnlyMember(change.audience) === null)
      throw new CampaignError('audience_unknown', 'one member for a deal: {"userIds": [id]}', 'audience');
    await checkAudience(trx, organizationId, change.audience);
  }
  await checkTemplateId(trx, organizationId, change.templateId ?? null);
  const times = await readPlannedTimes(trx, {
    organizationId,
    startsAt: change.startsAt === undefined ? kept.starts_at : change.startsAt,
    endsAt: change.endsAt === undefined ? kept.ends_at : change.endsAt,
    timezone: change.timezone === undefined ? kept.timezone : change.timezone,
  });
  if (change.endsAt !== undefined && times.endsAt !== null && times.endsAt.getTime() <= now)
    throw new CampaignError('times_wrong', 'expected in the future; to end it now, complete it', 'endsAt');
  if (kept.status === 'scheduled' && times.startsAt === null)
    throw new CampaignError('times_wrong', 'a scheduled campaign has a start; to begin now, launch it', 'startsAt');
  const ownerId = kept.deal === null || change.audience === undefined ? null : toOnlyMember(change.audience);
  await trx
    .updateTable('signature_campaigns')
    .set({
      ...toColumns(change),
      ...(ownerId === null ? {} : { owner_id: ownerId }),
      starts_at: times.startsAt,
      ends_at: times.endsAt,
      updated_at: new Date(now),
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', campaignId)
    .execute();
  if (change.audience !== undefined) await issueCampaignPixels(trx, order);
  return true;
}

/** A deal is one member's, who owns it. */
function toOnlyMember(audience: Audience): MemberId | null {
  return 'userIds' in audience && audience.userIds.length === 1 ? (audience.userIds[0] ?? null) : null;
}

function checkStatus(status: CampaignStatus, change: CampaignChange, isDeal: boolean): void {
  const { name: _name, description: _description, ...more } = change;
  const isOver = status === 'completed' || status === 'cancelled';
  if (isOver && Object.values(more).some((value) => value !== undefined))
    throw new CampaignError('status_conflict', `The campaign is ${status}; only its name and description can change.`);
  if (change.startsAt !== undefined && status !== 'draft' && status !== 'scheduled')
    throw new CampaignError('status_conflict', 'The campaign has begun: its start cannot be moved any more.');
  if (change.deal !== undefined && !isDeal)
    throw new CampaignError('status_conflict', 'The campaign is no deal: make a deal campaign instead.');
}

function toColumns({ name, description, audience, timezone, banner, templateId, deal }: CampaignChange) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(audience === undefined ? {} : { audience: JSON.stringify(audience) }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(banner === undefined ? {} : { banner: banner === null ? null : JSON.stringify(banner) }),
    ...(templateId === undefined ? {} : { template_id: templateId }),
    ...(deal === undefined ? {} : { deal: JSON.stringify(deal) }),
  };
}

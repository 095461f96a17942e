import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Audience } from '../domain/audience.ts';
import type { CampaignBanner } from '../domain/campaign-banner.ts';
import type { CampaignId, MemberId, OrganizationId, TemplateId } from '../domain/ids.ts';
import { checkAudience, checkTemplateId } from './check-audience.ts';
import { issueCampaignPixels } from './issue-campaign-pixels.ts';
import { readPlannedTimes } from './read-planned-times.ts';

// In: what a person wants to track. Out: a draft with its variants, its first status interval and a pixel for every
// member of its audience. An id of another organization must never enter an audience: such ids are unknown here.

export interface CampaignDraft {
  readonly organizationId: OrganizationId;
  /** Who makes it, and whose deal it is unless the audience names somebody else. */
  readonly memberId: MemberId;
  readonly name: string;
  readonly description?: string | undefined;
  /** With `deal`: one member. */
  readonly audience: Audience;
  /** With an offset, or what the clock shows in `timezone` or the organization's zone. */
  readonly startsAt?: string | undefined;
  readonly endsAt?: string | undefined;
  readonly timezone?: string | undefined;
  readonly variants?: readonly { readonly label: string }[] | undefined;
  readonly deal?: Deal | undefined;
  readonly banner?: CampaignBanner | undefined;
  readonly templateId?: TemplateId | undefined;
  readonly now: number;
  readonly tokenKey: Buffer;
}

export interface Deal {
  readonly hubspotDealId?: string | undefined;
  readonly hubspotContactId?: string | undefined;
  readonly pipedriveDealId?: string | undefined;
  readonly pipedrivePersonId?: string | undefined;
}

/** Throws CampaignError for a member, department or template that the organization lacks, and for times the wrong way round. */
export async function createCampaign(trx: Transaction<Schema>, draft: CampaignDraft): Promise<CampaignId> {
  await checkAudience(trx, draft.organizationId, draft.audience);
  await checkTemplateId(trx, draft.organizationId, draft.templateId ?? null);
  const times = await readPlannedTimes(trx, {
    organizationId: draft.organizationId,
    startsAt: draft.startsAt ?? null,
    endsAt: draft.endsAt ?? null,
    timezone: draft.timezone ?? null,
  });
  const { id } = await trx
    .insertInto('signature_campaigns')
    .values({
      organization_id: draft.organizationId,
      name: draft.name,
      description: draft.description ?? null,
      owner_id: toOwnerId(draft),
      audience: JSON.stringify(draft.audience),
      deal: draft.deal === undefined ? null : JSON.stringify(draft.deal),
      starts_at: times.startsAt,
      ends_at: times.endsAt,
      timezone: draft.timezone ?? null,
      banner: draft.banner === undefined ? null : JSON.stringify(draft.banner),
      template_id: draft.templateId ?? null,
      created_at: new Date(draft.now),
      updated_at: new Date(draft.now),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await trx
    .insertInto('signature_campaign_statuses')
    .values({
      organization_id: draft.organizationId,
      campaign_id: id,
      status: 'draft',
      began_at: new Date(draft.now),
    })
    .execute();
  await storeVariants(trx, draft, id);
  await issueCampaignPixels(trx, { organizationId: draft.organizationId, campaignId: id, tokenKey: draft.tokenKey });
  return id;
}

function toOwnerId(draft: CampaignDraft): MemberId {
  const [only] = draft.deal !== undefined && 'userIds' in draft.audience ? draft.audience.userIds : [];
  return only ?? draft.memberId;
}

async function storeVariants(trx: Transaction<Schema>, draft: CampaignDraft, campaignId: CampaignId): Promise<void> {
  if (draft.variants === undefined || draft.variants.length === 0) return;
  const rows = draft.variants.map(({ label }, position) => ({
    organization_id: draft.organizationId,
    campaign_id: campaignId,
    label,
    position,
  }));
  await trx.insertInto('signature_campaign_variants').values(rows).execute();
}

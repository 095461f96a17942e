import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Audience } from '../domain/audience.ts';
import type { CampaignId, MemberId, OrganizationId } from '../domain/ids.ts';
import { CampaignError } from './campaign-error.ts';
import { issueCampaignPixels } from './issue-campaign-pixels.ts';

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
  readonly startsAt?: string | undefined;
  readonly endsAt?: string | undefined;
  readonly timezone?: string | undefined;
  readonly variants?: readonly { readonly label: string }[] | undefined;
  readonly deal?: Deal | undefined;
  readonly now: number;
  readonly tokenKey: Buffer;
}

export interface Deal {
  readonly hubspotDealId?: string | undefined;
  readonly pipedriveDealId?: string | undefined;
}

/** Throws CampaignError `audience_unknown` when the audience names a member or department that the organization lacks. */
export async function createCampaign(trx: Transaction<Schema>, draft: CampaignDraft): Promise<CampaignId> {
  await checkAudience(trx, draft.organizationId, draft.audience);
  const { id } = await trx
    .insertInto('signature_campaigns')
    .values({
      organization_id: draft.organizationId,
      name: draft.name,
      description: draft.description ?? null,
      owner_id: toOwnerId(draft),
      audience: JSON.stringify(draft.audience),
      deal: draft.deal === undefined ? null : JSON.stringify(draft.deal),
      starts_at: draft.startsAt ?? null,
      ends_at: draft.endsAt ?? null,
      timezone: draft.timezone ?? null,
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

async function checkAudience(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  audience: Audience,
): Promise<void> {
  if ('everyone' in audience) return;
  const [table, ids] =
    'userIds' in audience
      ? (['organization_users', audience.userIds] as const)
      : (['departments', audience.departmentIds] as const);
  const wanted = new Set<string>(ids);
  const rows = await trx
    .selectFrom(table)
    .where('organization_id', '=', organizationId)
    .where('id', 'in', [...wanted] as never[])
    .select('id')
    .execute();
  for (const row of rows) wanted.delete(row.id);
  if (wanted.size > 0) throw new CampaignError('audience_unknown', toUnknownText(table, [...wanted]));
}

function toUnknownText(table: string, unknown: readonly string[]): string {
  const noun = table === 'departments' ? 'department' : 'member';
  const more = unknown.length > 1 ? ` and ${unknown.length - 1} more` : '';
  return `no ${noun} of your organization has the id ${unknown[0]}${more}`;
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

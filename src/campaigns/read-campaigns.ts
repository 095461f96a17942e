import { type SelectQueryBuilder, sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Audience } from '../domain/audience.ts';
import type { CampaignBanner } from '../domain/campaign-banner.ts';
import type { CampaignStatus } from '../domain/campaign-status.ts';
import type { CampaignId, MemberId, OrganizationId, TemplateId, VariantId } from '../domain/ids.ts';
import type { Deal } from './create-campaign.ts';

export interface Campaign {
  readonly id: CampaignId;
  readonly name: string;
  readonly description: string | null;
  readonly status: CampaignStatus;
  readonly audience: Audience;
  readonly ownerId: MemberId;
  readonly deal: Deal | null;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly timezone: string | null;
  readonly variants: readonly { readonly id: VariantId; readonly label: string }[];
  readonly banner: CampaignBanner | null;
  readonly templateId: TemplateId | null;
  readonly createdAt: Date;
}

export interface CampaignsQuestion {
  readonly organizationId: OrganizationId;
  /** Only the campaigns this member owns or carries; null: all of the organization. */
  readonly ofMember: MemberId | null;
  readonly limit: number;
  /** Continue after this campaign of the previous page. */
  readonly after: CampaignId | null;
}

/** Newest first. `next` is the `after` of the next page, null on the last. */
export async function readCampaigns(
  trx: Transaction<Schema>,
  question: CampaignsQuestion,
): Promise<{ readonly data: readonly Campaign[]; readonly next: CampaignId | null }> {
  let rows = selectCampaigns(trx, question.organizationId)
    .orderBy('campaign.created_at', 'desc')
    .orderBy('campaign.id', 'desc')
    .limit(question.limit + 1);
  const { after, ofMember } = question;
  if (after !== null)
    rows = rows.where(
      sql<boolean>`(campaign.created_at, campaign.id) < (select created_at, id from signature_campaigns where id = ${after} and organization_id = ${question.organizationId})`,
    );
  if (ofMember !== null)
    rows = rows.where(({ or, eb, exists, selectFrom }) =>
      or([
        eb('campaign.owner_id', '=', ofMember),
        exists(
          selectFrom('signature_tracking_pixels as pixel')
            .where('pixel.organization_id', '=', question.organizationId)
            .whereRef('pixel.campaign_id', '=', 'campaign.id')
            .where('pixel.user_id', '=', ofMember)
            .select('pixel.id'),
        ),
      ]),
    );
  const found = (await rows.execute()).map(toCampaign);
  const data = found.slice(0, question.limit);
  return { data, next: found.length > question.limit ? (data.at(-1)?.id ?? null) : null };
}

/** A campaign as one member sees it. */
export interface CampaignSeen extends Campaign {
  /** The member has a pixel of it. */
  readonly isCarried: boolean;
}

/** Null when the organization has no such campaign. */
export async function readCampaign(
  trx: Transaction<Schema>,
  question: { readonly organizationId: OrganizationId; readonly campaignId: CampaignId; readonly memberId: MemberId },
): Promise<CampaignSeen | null> {
  const row = await selectCampaigns(trx, question.organizationId)
    .where('campaign.id', '=', question.campaignId)
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('signature_tracking_pixels as pixel')
          .where('pixel.organization_id', '=', question.organizationId)
          .where('pixel.campaign_id', '=', question.campaignId)
          .where('pixel.user_id', '=', question.memberId)
          .select('pixel.id'),
      ).as('is_carried'),
    )
    .executeTakeFirst();
  return row === undefined ? null : { ...toCampaign(row), isCarried: Boolean(row.is_carried) };
}

function selectCampaigns(trx: Transaction<Schema>, organizationId: OrganizationId) {
  return trx
    .selectFrom('signature_campaigns as campaign')
    .where('campaign.organization_id', '=', organizationId)
    .selectAll('campaign')
    .select(
      sql<
        { id: VariantId; label: string }[]
      >`coalesce((select json_agg(json_build_object('id', variant.id, 'label', variant.label) order by variant.position)
        from signature_campaign_variants variant where variant.organization_id = ${organizationId} and variant.campaign_id = campaign.id), '[]')`.as(
        'variants',
      ),
    );
}

type CampaignRow =
  ReturnType<typeof selectCampaigns> extends SelectQueryBuilder<infer _Tables, infer _From, infer Row> ? Row : never;

function toCampaign(row: CampaignRow): Campaign {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    status: row.status,
    audience: row.audience as unknown as Audience,
    ownerId: row.owner_id,
    deal: row.deal,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    timezone: row.timezone,
    variants: row.variants,
    banner: row.banner,
    templateId: row.template_id,
    createdAt: row.created_at,
  };
}

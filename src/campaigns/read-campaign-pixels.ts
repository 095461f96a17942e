import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { CampaignId, MemberId, OrganizationId } from '../domain/ids.ts';
import type { PixelToken } from '../domain/pixel-token.ts';
import { toPixelUrl } from '../domain/pixel-url.ts';
import { unsealToken } from '../kit/sealed-token.ts';

export interface CampaignPixel {
  readonly userId: MemberId;
  /** The variant's label. */
  readonly variant: string | null;
  readonly url: string;
}

export interface CampaignPixelsQuestion {
  readonly organizationId: OrganizationId;
  readonly campaignId: CampaignId;
  /** Only this member's; null: everybody's. */
  readonly ofMember: MemberId | null;
  readonly tokenKey: Buffer;
  readonly pixelUrl: string;
}

/** The active pixels by member and variant, in a steady order. Throws UnsealError under another APP_SECRET. */
export async function readCampaignPixels(
  trx: Transaction<Schema>,
  question: CampaignPixelsQuestion,
): Promise<readonly CampaignPixel[]> {
  let pixels = trx
    .selectFrom('signature_tracking_pixels as pixel')
    .innerJoin('organization_users as member', 'member.id', 'pixel.user_id')
    .leftJoin('signature_campaign_variants as variant', 'variant.id', 'pixel.variant_id')
    .where('pixel.organization_id', '=', question.organizationId)
    .where('pixel.campaign_id', '=', question.campaignId)
    .where('pixel.is_active', '=', true)
    .orderBy('member.created_at')
    .orderBy('member.id')
    .orderBy('variant.position')
    .select(['pixel.id', 'pixel.user_id', 'pixel.pixel_token_sealed', 'variant.label']);
  if (question.ofMember !== null) pixels = pixels.where('pixel.user_id', '=', question.ofMember);
  const rows = await pixels.execute();
  return rows.map((row) => {
    const token = unsealToken(question.tokenKey, row.pixel_token_sealed, row.id) as PixelToken;
    return { userId: row.user_id, variant: row.label, url: toPixelUrl(question.pixelUrl, 'campaign', token) };
  });
}

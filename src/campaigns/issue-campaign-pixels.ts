import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Audience } from '../domain/audience.ts';
import type { CampaignId, MemberId, OrganizationId, PixelId, VariantId } from '../domain/ids.ts';
import { PIXEL_TOKEN_BYTES } from '../domain/pixel-token.ts';
import { createSealedToken } from '../kit/sealed-token.ts';

const PIXELS_PER_INSERT = 1_000;

export interface CampaignPixelsOrder {
  readonly organizationId: OrganizationId;
  readonly campaignId: CampaignId;
  /** toPurposeKey(appSecret, 'pixel-token'). */
  readonly tokenKey: Buffer;
}

/**
 * Gives every active member of the campaign's audience an active pixel per variant (one where there are none), unless
 * they have it already; answers how many were made. Safe to repeat and to run twice at once.
 */
export async function issueCampaignPixels(trx: Transaction<Schema>, order: CampaignPixelsOrder): Promise<number> {
  const { organizationId, campaignId } = order;
  const campaign = await trx
    .selectFrom('signature_campaigns')
    .where('organization_id', '=', organizationId)
    .where('id', '=', campaignId)
    .select('audience')
    .executeTakeFirst();
  if (campaign === undefined) return 0;
  const missing = await readMissing(trx, order, campaign.audience as unknown as Audience);
  let made = 0;
  for (let first = 0; first < missing.length; first += PIXELS_PER_INSERT) {
    const rows = missing.slice(first, first + PIXELS_PER_INSERT).map((place) => toPixelRow(order, place));
    const stored = await trx
      .insertInto('signature_tracking_pixels')
      .values(rows)
      // The partial unique index of active pixels; the predicate must be the index's own text.
      .onConflict((conflict) =>
        conflict.columns(['campaign_id', 'user_id', 'variant_id']).where(sql<boolean>`is_active`).doNothing(),
      )
      .returning('id')
      .execute();
    made += stored.length;
  }
  return made;
}

interface Place {
  readonly userId: MemberId;
  readonly variantId: VariantId | null;
}

function readMissing(trx: Transaction<Schema>, order: CampaignPixelsOrder, audience: Audience): Promise<Place[]> {
  let places = trx
    .selectFrom('organization_users as member')
    .leftJoin('signature_campaign_variants as variant', (join) =>
      join.on('variant.campaign_id', '=', order.campaignId).on('variant.organization_id', '=', order.organizationId),
    )
    .where('member.organization_id', '=', order.organizationId)
    .where('member.deactivated_at', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('signature_tracking_pixels as pixel')
            .where('pixel.organization_id', '=', order.organizationId)
            .where('pixel.campaign_id', '=', order.campaignId)
            .whereRef('pixel.user_id', '=', 'member.id')
            .where(sql<boolean>`pixel.variant_id is not distinct from variant.id`)
            .where('pixel.is_active', '=', true)
            .select('pixel.id'),
        ),
      ),
    )
    .orderBy('member.created_at')
    .orderBy('member.id')
    .orderBy('variant.position')
    .select(['member.id as userId', 'variant.id as variantId']);
  if ('userIds' in audience) places = places.where('member.id', 'in', audience.userIds);
  if ('departmentIds' in audience) places = places.where('member.department_id', 'in', audience.departmentIds);
  return places.execute();
}

function toPixelRow(order: CampaignPixelsOrder, place: Place) {
  const id = randomUUID() as string as PixelId;
  const token = createSealedToken(order.tokenKey, id, PIXEL_TOKEN_BYTES);
  return {
    id,
    organization_id: order.organizationId,
    campaign_id: order.campaignId,
    user_id: place.userId,
    variant_id: place.variantId,
    pixel_token_hash: token.hash,
    pixel_token_sealed: token.sealed,
  };
}

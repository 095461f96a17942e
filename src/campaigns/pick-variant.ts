import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { CampaignId, MemberId, OrganizationId, VariantId } from '../domain/ids.ts';
import { CampaignError } from './campaign-error.ts';

export interface VariantHolder {
  readonly organizationId: OrganizationId;
  readonly campaignId: CampaignId;
  readonly memberId: MemberId;
}

export interface CarriedVariant {
  readonly id: VariantId;
  readonly label: string;
  /** False while the member has not picked: then it is the first. */
  readonly isPicked: boolean;
}

/** The variant in the member's signature; null for a campaign without variants. */
export async function readVariant(trx: Transaction<Schema>, holder: VariantHolder): Promise<CarriedVariant | null> {
  const variants = await readVariants(trx, holder);
  const pick = await trx
    .selectFrom('signature_variant_picks')
    .where('organization_id', '=', holder.organizationId)
    .where('campaign_id', '=', holder.campaignId)
    .where('user_id', '=', holder.memberId)
    .orderBy('picked_at', 'desc')
    .select('variant_id')
    .executeTakeFirst();
  const picked = variants.find((variant) => variant.id === pick?.variant_id);
  const carried = picked ?? variants[0];
  return carried === undefined ? null : { ...carried, isPicked: picked !== undefined };
}

/** From now on the member's signature holds this one. Throws CampaignError `variant_unknown`. */
export async function pickVariant(
  trx: Transaction<Schema>,
  holder: VariantHolder,
  pick: { readonly variantId: VariantId; readonly now: number },
): Promise<CarriedVariant> {
  const variant = (await readVariants(trx, holder)).find(({ id }) => id === pick.variantId);
  if (variant === undefined)
    throw new CampaignError(
      'variant_unknown',
      `the campaign has no variant with the id ${pick.variantId}`,
      'variantId',
    );
  await trx
    .insertInto('signature_variant_picks')
    .values({
      organization_id: holder.organizationId,
      campaign_id: holder.campaignId,
      user_id: holder.memberId,
      variant_id: pick.variantId,
      picked_at: new Date(pick.now),
    })
    .onConflict((conflict) =>
      conflict.columns(['campaign_id', 'user_id', 'picked_at']).doUpdateSet({ variant_id: pick.variantId }),
    )
    .execute();
  return { ...variant, isPicked: true };
}

function readVariants(trx: Transaction<Schema>, { organizationId, campaignId }: VariantHolder) {
  return trx
    .selectFrom('signature_campaign_variants')
    .where('organization_id', '=', organizationId)
    .where('campaign_id', '=', campaignId)
    .orderBy('position')
    .select(['id', 'label'])
    .execute();
}

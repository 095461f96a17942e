import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { CampaignId, MemberId, OrganizationId } from '../domain/ids.ts';
import { createCampaign } from './create-campaign.ts';
import { readCampaign } from './read-campaigns.ts';

const NAME_CHARS_MAX = 120;
const COPY = ' (copy)';

/**
 * A draft like the campaign: audience, variants, banner, template and deal, but neither its times nor its pixels and
 * opens. Null when the organization has no such campaign; throws CampaignError when its audience is gone.
 */
export async function duplicateCampaign(
  trx: Transaction<Schema>,
  order: {
    readonly organizationId: OrganizationId;
    readonly campaignId: CampaignId;
    readonly memberId: MemberId;
    readonly now: number;
    readonly tokenKey: Buffer;
  },
): Promise<CampaignId | null> {
  const original = await readCampaign(trx, order);
  if (original === null) return null;
  const { organizationId, memberId, now, tokenKey } = order;
  return createCampaign(trx, {
    organizationId,
    memberId,
    now,
    tokenKey,
    name: `${original.name.slice(0, NAME_CHARS_MAX - COPY.length)}${COPY}`,
    description: original.description ?? undefined,
    audience: original.audience,
    timezone: original.timezone ?? undefined,
    variants: original.variants,
    deal: original.deal ?? undefined,
    banner: original.banner ?? undefined,
    templateId: original.templateId ?? undefined,
  });
}

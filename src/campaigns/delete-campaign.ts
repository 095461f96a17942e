import { sql, type Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import type { Schema } from '../db/schema.ts';
import type { CampaignId, OrganizationId } from '../domain/ids.ts';

export interface CampaignRemains {
  /** Recorded opens, of every verdict. */
  readonly opens: number;
  readonly pixels: number;
}

interface CampaignKey {
  readonly organizationId: OrganizationId;
  readonly campaignId: CampaignId;
}

/** What deleting the campaign would remove, for the person who is asked to confirm it. */
export async function readCampaignRemains(
  trx: Transaction<Schema>,
  { organizationId, campaignId }: CampaignKey,
): Promise<CampaignRemains> {
  const { rows } = await sql<CampaignRemains>`
    select (select count(*)::int from signature_tracking_events where organization_id = ${organizationId} and campaign_id = ${campaignId}) as opens,
      (select count(*)::int from signature_tracking_pixels where organization_id = ${organizationId} and campaign_id = ${campaignId}) as pixels`.execute(
    trx,
  );
  return rows[0] ?? { opens: 0, pixels: 0 };
}

/**
 * Removes the campaign with its pixels, opens, figures and variants: its pixels in mails already sent answer on and
 * record nothing. Null when the organization has no such campaign. Waits for opens that are being stored.
 */
export async function deleteCampaign(
  trx: Transaction<Schema>,
  order: CampaignKey & { readonly actor: Actor; readonly name: string },
): Promise<CampaignRemains | null> {
  const { organizationId, campaignId, actor, name } = order;
  const { rows } = await sql<CampaignRemains>`
    select opens::int, pixels::int from app_private.delete_campaign(${organizationId}, ${campaignId})`.execute(trx);
  const [removed] = rows;
  if (removed === undefined) return null;
  const subject = { id: campaignId, name };
  await recordAudit(trx, { organizationId, actor, action: 'campaign.deleted', subject, before: removed });
  return removed;
}

import { sql, type Transaction } from 'kysely';
import type { CampaignStats } from '../contract/campaign-stats.ts';
import type { Schema } from '../db/schema.ts';
import type { Period } from '../domain/calendar.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { CampaignId, OrganizationId, VariantId } from '../domain/ids.ts';
import { compareVariants } from './compare-variants.ts';
import { type Holder, toExposures, type Pick as VariantPick } from './to-exposures.ts';

interface Question {
  readonly organizationId: OrganizationId;
  readonly campaignId: CampaignId;
  readonly now: number;
}

interface VariantRow {
  readonly id: VariantId;
  readonly label: string;
  readonly opens: number;
  readonly uniques: number;
}

/**
 * The variants side by side, in order. Rollups know no variants: these are counted from the campaign's events, so from
 * those that are kept. Without variants the list is empty and the comparison null.
 */
export async function readCampaignVariants(
  trx: Transaction<Schema>,
  question: Question,
  hasUniques: boolean,
): Promise<Pick<CampaignStats, 'variants' | 'comparison'>> {
  const rows = await readRows(trx, question);
  const [first] = rows;
  if (first === undefined) return { variants: [], comparison: null };
  const spans = await readActiveSpans(trx, question);
  const holders = await readHolders(trx, question);
  const picks = await readPicks(trx, question);
  const exposures = toExposures({ first: first.id, holders, picks, spans });
  const arms = rows.map(({ id, label, uniques }) => ({ label, uniques, exposureMs: exposures.get(id) ?? 0 }));
  const { arms: figures, ...comparison } = compareVariants(arms);
  const variants = rows.map(({ id, label, opens, uniques }, index) => ({
    label,
    opens,
    unique: hasUniques ? uniques : null,
    memberDays: Math.round(((exposures.get(id) ?? 0) / DAY_MS) * 10) / 10,
    expectedShare: figures[index]?.expectedShare ?? null,
    interval: hasUniques ? toPair(figures[index]?.interval ?? null) : null,
  }));
  return {
    variants,
    comparison: hasUniques ? comparison : NO_READERS,
  };
}

function toPair(interval: readonly [number, number] | null): number[] | null {
  return interval === null ? null : [...interval];
}

const NO_READERS = {
  state: 'not_enough_data',
  leader: null,
  moreNeeded: null,
  sentence: 'Readers are not told apart in aggregate mode, so variants cannot be compared.',
} as const;

async function readRows(trx: Transaction<Schema>, { organizationId, campaignId }: Question) {
  const { rows } = await sql<VariantRow>`
    select variant.id, variant.label, coalesce(sum(counted.opens), 0)::int as opens, coalesce(sum(counted.uniques), 0)::int as uniques
    from signature_campaign_variants variant
    left join signature_tracking_pixels pixel on pixel.variant_id = variant.id and pixel.organization_id = ${organizationId}
    left join (
      select pixel_id, count(*) as opens, count(*) filter (where is_unique) as uniques from signature_tracking_events
      where organization_id = ${organizationId} and campaign_id = ${campaignId} and is_counted group by pixel_id
    ) counted on counted.pixel_id = pixel.id
    where variant.organization_id = ${organizationId} and variant.campaign_id = ${campaignId}
    group by variant.id, variant.label, variant.position order by variant.position`.execute(trx);
  return rows;
}

async function readActiveSpans(
  trx: Transaction<Schema>,
  { organizationId, campaignId, now }: Question,
): Promise<readonly Period[]> {
  const rows = await trx
    .selectFrom('signature_campaign_statuses')
    .where('organization_id', '=', organizationId)
    .where('campaign_id', '=', campaignId)
    .where('status', '=', 'active')
    .select(['began_at', 'ended_at'])
    .execute();
  return rows.map((row) => ({ from: row.began_at.getTime(), to: row.ended_at?.getTime() ?? now }));
}

async function readHolders(
  trx: Transaction<Schema>,
  { organizationId, campaignId }: Question,
): Promise<readonly Holder[]> {
  const rows = await trx
    .selectFrom('signature_tracking_pixels')
    .where('organization_id', '=', organizationId)
    .where('campaign_id', '=', campaignId)
    .groupBy('user_id')
    .select(['user_id', ({ fn }) => fn.min('created_at').as('since')])
    .execute();
  return rows.map((row) => ({ memberId: row.user_id, since: row.since.getTime() }));
}

async function readPicks(
  trx: Transaction<Schema>,
  { organizationId, campaignId }: Question,
): Promise<readonly VariantPick[]> {
  const rows = await trx
    .selectFrom('signature_variant_picks')
    .where('organization_id', '=', organizationId)
    .where('campaign_id', '=', campaignId)
    .select(['user_id', 'variant_id', 'picked_at'])
    .execute();
  return rows.map((row) => ({ memberId: row.user_id, variantId: row.variant_id, at: row.picked_at.getTime() }));
}

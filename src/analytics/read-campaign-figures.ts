import { sql, type Transaction } from 'kysely';
import type { CampaignFigures } from '../contract/campaign.ts';
import type { Schema } from '../db/schema.ts';
import { toLastDays } from '../domain/calendar.ts';
import type { CampaignId, OrganizationId } from '../domain/ids.ts';
import { readSettings } from './read-campaign-stats.ts';
import { toTimeZone } from './read-viewer.ts';

const DAYS = 30;

interface CampaignsQuestion {
  readonly organizationId: OrganizationId;
  readonly campaignIds: readonly CampaignId[];
  readonly now: number;
}

/** Of many campaigns at once what a line of a list says, one without opens included. */
export async function readCampaignFigures(
  trx: Transaction<Schema>,
  { organizationId, campaignIds, now }: CampaignsQuestion,
): Promise<ReadonlyMap<CampaignId, CampaignFigures>> {
  const settings = await readSettings(trx, organizationId);
  const days = toLastDays(now, DAYS, toTimeZone(settings.timezone));
  const { rows } = await sql<Row>`
    select campaign_id as id, sum(opens)::int as opens, sum(uniques)::int as uniques, to_char(max(day), 'YYYY-MM-DD') as "lastDay",
      coalesce(json_object_agg(to_char(day, 'YYYY-MM-DD'), opens) filter (where day >= ${days[0] ?? ''}::date), '{}') as daily
    from (select campaign_id, day, sum(opens) as opens, sum(uniques) as uniques from tracking_rollup_campaigns
      where organization_id = ${organizationId} and campaign_id = any(${campaignIds}::uuid[]) and opens > 0
      group by campaign_id, day) of_day
    group by campaign_id`.execute(trx);
  const found = new Map(rows.map((row) => [row.id, row]));
  const hasUniques = settings.mode !== 'aggregate';
  return new Map(
    campaignIds.map((id) => {
      const row = found.get(id);
      const daily = days.map((day) => row?.daily[day] ?? 0);
      const unique = hasUniques ? (row?.uniques ?? 0) : null;
      return [id, { opens: row?.opens ?? 0, unique, lastOpenDay: row?.lastDay ?? null, daily }];
    }),
  );
}

interface Row {
  readonly id: CampaignId;
  readonly opens: number;
  readonly uniques: number;
  readonly lastDay: string;
  readonly daily: Readonly<Record<string, number>>;
}

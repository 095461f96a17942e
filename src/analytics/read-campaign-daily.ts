import { sql, type Transaction } from 'kysely';
import type { Daily } from '../contract/daily.ts';
import type { Schema } from '../db/schema.ts';
import { toLastDays } from '../domain/calendar.ts';
import { type CampaignQuestion, readSettings } from './read-campaign-stats.ts';
import { toTimeZone } from './read-viewer.ts';

/** A campaign's opens per local day of the organization, the last `days` of them, today last, zeros included. */
export async function readCampaignDaily(
  trx: Transaction<Schema>,
  question: CampaignQuestion & { readonly days: number },
): Promise<Daily> {
  const { organizationId, campaignId, now } = question;
  const settings = await readSettings(trx, organizationId);
  const timezone = toTimeZone(settings.timezone);
  const days = toLastDays(now, question.days, timezone);
  const rows = await trx
    .selectFrom('tracking_rollup_campaigns')
    .where('organization_id', '=', organizationId)
    .where('campaign_id', '=', campaignId)
    .where('day', '>=', days[0] ?? '')
    .where('opens', '>', 0)
    .groupBy('day')
    .select(['day', sql<number>`sum(opens)::int`.as('opens'), sql<number>`sum(uniques)::int`.as('uniques')])
    .execute();
  const byDay = new Map(rows.map((row) => [row.day, row]));
  const hasUniques = settings.mode !== 'aggregate';
  return {
    data: days.map((date) => {
      const row = byDay.get(date);
      return { date, opens: row?.opens ?? 0, unique: hasUniques ? (row?.uniques ?? 0) : null };
    }),
    timezone,
  };
}

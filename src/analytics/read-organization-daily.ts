import { sql, type Transaction } from 'kysely';
import type { Daily } from '../contract/daily.ts';
import type { Schema } from '../db/schema.ts';
import { toLastDays } from '../domain/calendar.ts';
import { type OrganizationQuestion, readSettings } from './read-organization-stats.ts';
import { toTimeZone } from './read-viewer.ts';

/**
 * The team's opens per local day of the organization, oldest first, zeros included: user pixels only, as in
 * organization-stats, whose totals are the sums of these. One row of the totals a member and day.
 */
export async function readOrganizationDaily(trx: Transaction<Schema>, question: OrganizationQuestion): Promise<Daily> {
  const { organizationId, now } = question;
  const settings = await readSettings(trx, organizationId);
  const timeZone = toTimeZone(settings.timezone);
  const days = toLastDays(now, question.days, timeZone);
  const { rows } = await sql<{ day: string; opens: number; uniques: number }>`
    select day::text as day, sum(opens)::int as opens, sum(uniques)::int as uniques from tracking_rollup_totals
    where organization_id = ${organizationId} and day >= ${days[0]}::date and day <= ${days.at(-1)}::date
    group by day`.execute(trx);
  const byDay = new Map(rows.map((row) => [row.day, row]));
  const hasUniques = settings.mode !== 'aggregate';
  return {
    data: days.map((date) => {
      const row = byDay.get(date);
      return { date, opens: row?.opens ?? 0, unique: hasUniques ? (row?.uniques ?? 0) : null };
    }),
    timezone: timeZone,
  };
}

import { sql, type Transaction } from 'kysely';
import type { Daily } from '../contract/daily.ts';
import type { Schema } from '../db/schema.ts';
import { addDays, toDayStart, toLastDays } from '../domain/calendar.ts';
import { type OrganizationQuestion, readSettings } from './read-organization-stats.ts';
import { toKeptFrom, toTimeZone } from './read-viewer.ts';

/**
 * The team's opens per local day of the organization, oldest first, zeros included: user pixels only, as in
 * organization-stats, whose totals are the sums of these. Days past the retention come from the days' rollup.
 */
export async function readOrganizationDaily(trx: Transaction<Schema>, question: OrganizationQuestion): Promise<Daily> {
  const { organizationId, now } = question;
  const settings = await readSettings(trx, organizationId);
  const timeZone = toTimeZone(settings.timezone);
  const days = toLastDays(now, question.days, timeZone);
  const tomorrow = addDays(days.at(-1) ?? '', 1);
  const keptFrom = toKeptFrom(now, settings);
  const keptDay = days.find((day) => toDayStart(day, timeZone) >= keptFrom) ?? tomorrow;
  const kept = days.filter((day) => day >= keptDay);
  const starts = [...kept, tomorrow].map((day) => new Date(toDayStart(day, timeZone)).toISOString());
  const { rows } = await sql<{ day: string; opens: number; uniques: number }>`
    select day, sum(opens)::int as opens, sum(uniques)::int as uniques from (
      select (${kept}::text[])[width_bucket(slot_at, ${starts}::timestamptz[])] as day, opens, uniques
      from tracking_rollup_slots
      where organization_id = ${organizationId} and campaign_id is null and opens > 0
        and slot_at >= ${starts[0]}::timestamptz and slot_at < ${starts.at(-1)}::timestamptz
      union all
      select day::text, opens, uniques from tracking_rollup_days
      where organization_id = ${organizationId} and campaign_id is null and opens > 0
        and day >= ${days[0]}::date and day < ${keptDay}::date
    ) counted group by day`.execute(trx);
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

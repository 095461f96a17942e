import { sql, type Transaction } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { addDays, toLocalDay, toLocalInstant, toMinuteOfDay } from '../../domain/calendar.ts';
import { DAY_MS } from '../../domain/hit.ts';
import type { Pixel } from '../read-pixels.ts';

/** The same hour of the week in so many weeks before; fewer than the least tell nothing, and nothing is unusual then. */
const WEEKS_MAX = 8;
export const USUAL_WEEKS_MIN = 4;

export interface PixelHour {
  readonly pixel: Pixel;
  /** The hour's beginning by the organization's clock, milliseconds. */
  readonly hourAt: number;
}

/**
 * What hours usually have: the mean of counted opens of the member's own pixels in the same local hour of the weeks
 * before, as the rollups know it, over as many weeks as there were pixels and the organization keeps opens. In the
 * order of the hours; null where too few weeks are known.
 */
export async function readUsual(
  trx: Transaction<Schema>,
  hours: readonly PixelHour[],
): Promise<readonly (number | null)[]> {
  const since = await readSince(trx, hours);
  const weeks = hours.map(({ pixel, hourAt }) => {
    const { timezone, retention_days } = pixel.settings;
    const keptFrom = Math.max(since.get(pixel.memberId) ?? Number.POSITIVE_INFINITY, hourAt - retention_days * DAY_MS);
    return toWeeksBefore(hourAt, timezone).filter((at) => at >= keptFrom);
  });
  const opens = await readOpens(trx, hours, weeks);
  return weeks.map((known, index) =>
    known.length < USUAL_WEEKS_MIN ? null : (opens.get(index + 1) ?? 0) / known.length,
  );
}

function toWeeksBefore(hourAt: number, zone: string): readonly number[] {
  const day = toLocalDay(hourAt, zone);
  const hour = String(Math.floor(toMinuteOfDay(hourAt, zone) / 60)).padStart(2, '0');
  return Array.from({ length: WEEKS_MAX }, (_, week) =>
    toLocalInstant(`${addDays(day, -7 * (week + 1))}T${hour}:00`, zone),
  );
}

/** Since when the members have had a pixel. */
async function readSince(trx: Transaction<Schema>, hours: readonly PixelHour[]): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ id: string; at: number }>`
    select m.id, (extract(epoch from first.at) * 1000)::float8 as at
    from unnest(${[...new Set(hours.map(({ pixel }) => pixel.memberId))]}::uuid[]) as m (id)
    cross join lateral (select min(p.created_at) as at from organization_users o
      join signature_user_tracking p on p.organization_id = o.organization_id and p.user_id = o.id where o.id = m.id) as first
    where first.at is not null`.execute(trx);
  return new Map(rows.map(({ id, at }) => [id, at]));
}

/** By the place of the hour, from 1 on. */
async function readOpens(
  trx: Transaction<Schema>,
  hours: readonly PixelHour[],
  weeks: readonly (readonly number[])[],
): Promise<ReadonlyMap<number, number>> {
  const asked = hours.flatMap(({ pixel }, index) => (weeks[index] ?? []).map((at) => ({ pixel, at, n: index + 1 })));
  const { rows } = await sql<{ n: number; opens: number }>`
    select want.n, sum(found.opens)::int as opens
    from unnest(${asked.map(({ n }) => n)}::int[], ${asked.map(({ pixel }) => pixel.organizationId)}::uuid[],
      ${asked.map(({ pixel }) => pixel.memberId)}::uuid[], ${asked.map(({ at }) => at)}::float8[]) as want (n, organization_id, user_id, at)
    cross join lateral (
      select coalesce(sum(${toQuarter(0)} + ${toQuarter(1)} + ${toQuarter(2)} + ${toQuarter(3)}), 0) as opens
      from tracking_rollup_hours hour
      where hour.organization_id = want.organization_id and hour.user_id = want.user_id
        and hour.hour_at > to_timestamp(want.at / 1000) - interval '1 hour'
        and hour.hour_at < to_timestamp(want.at / 1000) + interval '1 hour' offset 0) as found
    group by want.n`.execute(trx);
  return new Map(rows.map(({ n, opens }) => [n, opens]));
}

/** A quarter of an hour of UTC, where it lies in the local hour: zones may be half an hour off. */
function toQuarter(quarter: 0 | 1 | 2 | 3) {
  const at = sql`hour.hour_at + ${`${quarter * 15} minutes`}::interval`;
  return sql`case when ${at} >= to_timestamp(want.at / 1000) and ${at} < to_timestamp(want.at / 1000) + interval '1 hour'
    then ${sql.ref(`hour.opens_${quarter}`)} else 0 end`;
}

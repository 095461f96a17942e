import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { addDays, SLOT_MS, toDayStart, toLocalDay } from '../domain/calendar.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { OrganizationId } from '../domain/ids.ts';

export interface DaysQuestion {
  readonly organizationId: OrganizationId;
  readonly timeZone: string;
  readonly retentionDays: number;
  /** Milliseconds. */
  readonly now: number;
}

/** Hits are stored with the collector's clock, which may be ahead of ours. */
const DAYS_AHEAD = 2;

/**
 * Counts the organization's local days anew, as `timeZone` has them, from the quarter hours that the retention keeps;
 * earlier days stay as the old zone had them. The caller holds lockLocalDays and changes the zone in the same
 * transaction.
 */
export async function rebuildDays(trx: Transaction<Schema>, question: DaysQuestion): Promise<void> {
  const { organizationId, timeZone, retentionDays, now } = question;
  const keptFrom = Math.ceil((now - retentionDays * DAY_MS) / SLOT_MS) * SLOT_MS;
  const days: string[] = [];
  const last = addDays(toLocalDay(now, timeZone), DAYS_AHEAD);
  for (let day = toLocalDay(keptFrom, timeZone); day <= last; day = addDays(day, 1))
    if (toDayStart(day, timeZone) >= keptFrom) days.push(day);
  const starts = [...days, addDays(last, 1)].map((day) => new Date(toDayStart(day, timeZone)).toISOString());
  await sql`select app_private.rebuild_days(${organizationId}, ${days}::date[], ${starts}::timestamptz[])`.execute(trx);
}

import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import { DAY_MS } from '../domain/hit.ts';

/** So long a delivery and its log are kept, and may be replayed. */
export const DELIVERY_DAYS_MAX = 30;
const ROWS_MAX = 5_000;

/** Removes deliveries older than DELIVERY_DAYS_MAX with their attempts. Answers how many, those never sent apart. */
export async function purgeDeliveries(
  { system }: Pick<Databases, 'system'>,
  now: Date,
): Promise<{ readonly removed: number; readonly unsent: number }> {
  const before = toReplayableSince(now);
  const sums = { removed: 0, unsent: 0 };
  for (;;) {
    const { rows } = await sql<{ removed: number; unsent: number }>`
      with gone as (
        delete from deliveries where id in (select id from deliveries where created_at < ${before} limit ${ROWS_MAX}::int)
        returning state
      ) select count(*)::int as removed, count(*) filter (where state = 'waiting')::int as unsent from gone`.execute(
      system,
    );
    const [batch] = rows;
    sums.removed += batch?.removed ?? 0;
    sums.unsent += batch?.unsent ?? 0;
    if ((batch?.removed ?? 0) < ROWS_MAX) return sums;
  }
}

export function toReplayableSince(now: Date): Date {
  return new Date(now.getTime() - DELIVERY_DAYS_MAX * DAY_MS);
}

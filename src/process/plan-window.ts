import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { OrganizationId } from '../domain/ids.ts';

// In: opens as they are about to be stored. Out: whether the organization's plan has room for one more in every minute
// that it is in, by the time of the hit: batches come in any order. Kept in the database and locked until the batch is stored, so that
// any number of processors let in exactly what one would. What must never happen: an open counted that was rolled back.

export interface PlanWindow {
  /** True, and counted, when no minute around `hitAt` (milliseconds) would hold more than `opensMax`. */
  admit(organizationId: OrganizationId, opensMax: number, hitAt: number): boolean;
  /** With the batch's transaction. */
  store(trx: Transaction<Schema>): Promise<void>;
}

const WINDOW_SECONDS = 60;
/** Seconds remembered of one organization: hits may come late by the difference to the window. */
const SECONDS_MAX = 300;

/** Locks what these organizations have used, in the order of their ids. */
export async function openPlanWindow(
  trx: Transaction<Schema>,
  organizationIds: readonly OrganizationId[],
): Promise<PlanWindow> {
  const ids = [...new Set(organizationIds)].sort();
  await sql`insert into plan_windows (organization_id) select id from unnest(${ids}::uuid[]) id order by id
    on conflict do nothing`.execute(trx);
  const { rows } = await sql<{ organization_id: OrganizationId; seconds: Record<string, number> }>`
    select organization_id, seconds from plan_windows where organization_id = any(${ids}::uuid[])
    order by organization_id for update`.execute(trx);
  const known = rows.map((row) => [row.organization_id, toSeconds(row.seconds)] as const);
  return createPlanWindow(new Map(known));
}

type Seconds = Map<number, number>;

function toSeconds(stored: Record<string, number>): Seconds {
  return new Map(Object.entries(stored).map(([second, opens]) => [Number(second), opens]));
}

function createPlanWindow(used: ReadonlyMap<OrganizationId, Seconds>): PlanWindow {
  const changed = new Set<OrganizationId>();
  return {
    admit(organizationId, opensMax, hitAt) {
      const second = Math.floor(hitAt / 1000);
      const seconds = used.get(organizationId) ?? new Map<number, number>();
      if (countMost(seconds, second) >= opensMax) return false;
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
      changed.add(organizationId);
      return true;
    },
    async store(trx) {
      const ids = [...changed].sort();
      if (ids.length === 0) return;
      const texts = ids.map((id) => JSON.stringify(Object.fromEntries(withoutOldest(used.get(id) ?? new Map()))));
      await sql`update plan_windows place set seconds = change.seconds::jsonb
        from unnest(${ids}::uuid[], ${texts}::text[]) as change (organization_id, seconds)
        where place.organization_id = change.organization_id`.execute(trx);
    },
  };
}

/** Of the 60 windows of a minute that hold this second, the fullest. */
function countMost(seconds: Seconds, second: number): number {
  let opens = 0;
  for (let one = second - WINDOW_SECONDS + 1; one <= second; one += 1) opens += seconds.get(one) ?? 0;
  let most = opens;
  for (let last = second + 1; last < second + WINDOW_SECONDS; last += 1) {
    opens += (seconds.get(last) ?? 0) - (seconds.get(last - WINDOW_SECONDS) ?? 0);
    most = Math.max(most, opens);
  }
  return most;
}

function withoutOldest(seconds: Seconds): Seconds {
  if (seconds.size <= SECONDS_MAX) return seconds;
  const newest = [...seconds.keys()].sort((a, b) => b - a).slice(0, SECONDS_MAX);
  return new Map(newest.map((second) => [second, seconds.get(second) ?? 0]));
}

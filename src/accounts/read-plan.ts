import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { OrganizationId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import { readSeats, type Seats, toFreeSeats } from './seats.ts';

/** The plan as it is used. `limit` and `free` are null where nothing is limited. */
export interface PlanUse {
  readonly seats: { limit: number | null; active: number; pending: number; free: number | null };
  readonly opensPerMinute: { limit: number | null; throttledToday: number };
  readonly isOver: boolean;
  readonly notices: string[];
}

/** `plan` holds where the organization has none of its own; `now` in milliseconds. */
export async function readPlan(
  trx: Transaction<Schema>,
  { organizationId, plan, now }: { organizationId: OrganizationId; plan: Plan; now: number },
): Promise<PlanUse> {
  const seats = await readSeats(trx, organizationId, plan);
  const { rows } = await sql<{ opens_per_minute: number | null; throttled: number }>`
    select o.opens_per_minute, (select coalesce(sum(hits), 0)::int from tracking_drop_slots d
      where d.organization_id = ${organizationId} and d.reason = 'throttled_plan'
        and d.slot_at >= to_timestamp(${now - DAY_MS}::float8 / 1000)) as throttled
    from organizations o where o.id = ${organizationId}`.execute(trx);
  const opensLimit = rows[0]?.opens_per_minute ?? plan.opensPerMinute;
  const throttledToday = rows[0]?.throttled ?? 0;
  const free = toFreeSeats(seats);
  const notices = [...toSeatNotices(seats), ...toThrottleNotices(opensLimit, throttledToday)];
  return {
    seats: {
      limit: seats.seats === 0 ? null : seats.seats,
      active: seats.active,
      pending: seats.pending,
      free: Number.isFinite(free) ? free : null,
    },
    opensPerMinute: { limit: opensLimit === 0 ? null : opensLimit, throttledToday },
    isOver: notices.length > 0,
    notices,
  };
}

const DAY_MS = 86_400_000;

function toSeatNotices({ seats, active, pending }: Seats): string[] {
  const used = active + pending;
  if (seats === 0 || used <= seats) return [];
  return [
    `${used} people (${active} active, ${pending} invited) share ${seats} seats. Everybody's opens are still collected; nobody new can join until seats are free or the plan grows.`,
  ];
}

function toThrottleNotices(limit: number, throttled: number): string[] {
  if (throttled === 0) return [];
  return [
    `${throttled} opens of the last 24 hours came faster than the plan's ${limit} a minute: they were counted and not recorded. Pixels go on working; a larger plan records them all.`,
  ];
}

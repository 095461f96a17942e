import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { OrganizationId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import { PeopleError } from './people-error.ts';

// In: an organization. Out: how many of its seats are taken, under a lock that holds until the transaction ends, so
// that any number of people racing for one seat get it once. Active members and pending invitations fill seats. What
// must never happen: a seat counted without the lock and taken afterwards.

export interface Seats {
  /** 0 = unlimited. */
  readonly seats: number;
  readonly active: number;
  /** Invitations that can still be accepted; those of members who are there already take no second seat. */
  readonly pending: number;
}

/** Locks the organization and counts. `plan` holds where the organization has none of its own. */
export async function lockSeats(trx: Transaction<Schema>, organizationId: OrganizationId, plan: Plan): Promise<Seats> {
  await trx.selectFrom('organizations').where('id', '=', organizationId).select('id').forUpdate().execute();
  return readSeats(trx, organizationId, plan);
}

/** For show: without the lock the answer may be old at once. */
export async function readSeats(trx: Transaction<Schema>, organizationId: OrganizationId, plan: Plan): Promise<Seats> {
  const { rows } = await sql<{ seats: number | null; active: number; pending: number }>`
    select o.seats,
      (select count(*)::int from organization_users m where m.organization_id = ${organizationId} and m.deactivated_at is null) as active,
      (select count(*)::int from organization_invitations i where i.organization_id = ${organizationId}
        and i.status = 'pending' and i.expires_at > now() and i.member_id is null) as pending
    from organizations o where o.id = ${organizationId}`.execute(trx);
  const [row] = rows;
  return { seats: row?.seats ?? plan.seats, active: row?.active ?? 0, pending: row?.pending ?? 0 };
}

/** Seats that can still be taken; Infinity when unlimited, never below 0. */
export function toFreeSeats({ seats, active, pending }: Seats): number {
  return seats === 0 ? Number.POSITIVE_INFINITY : Math.max(0, seats - active - pending);
}

/** Locks, and throws PeopleError no_free_seat when there is none for one more person. */
export async function takeSeat(trx: Transaction<Schema>, organizationId: OrganizationId, plan: Plan): Promise<void> {
  const seats = await lockSeats(trx, organizationId, plan);
  if (toFreeSeats(seats) < 1) throw new PeopleError('no_free_seat', toFullText(seats));
}

export function toFullText({ seats, active, pending }: Seats): string {
  const invited = pending === 0 ? '' : ` and ${pending} open invitation${pending === 1 ? '' : 's'}`;
  return `All ${seats} seats are taken: ${active} active member${active === 1 ? '' : 's'}${invited}. Deactivate a member, cancel an invitation, or ask for more seats.`;
}

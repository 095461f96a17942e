import { sql, type Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import type { Schema } from '../db/schema.ts';
import type { DeliveryState } from '../domain/destination.ts';
import type { DeliveryId, DestinationId, OrganizationId } from '../domain/ids.ts';
import { DestinationError } from './destination-error.ts';
import { DELIVERY_DAYS_MAX, toReplayableSince } from './purge-deliveries.ts';

export interface Replay {
  readonly organizationId: OrganizationId;
  readonly actor: Actor;
  readonly now: Date;
}

/** False: no such delivery. Throws DestinationError not_replayable. It is sent under the id it always had. */
export async function replayDelivery(
  trx: Transaction<Schema>,
  { organizationId, actor, now, deliveryId }: Replay & { readonly deliveryId: DeliveryId },
): Promise<boolean> {
  const { rows } = await sql<{ type: string; state: DeliveryState; created_at: Date; name: string; is_off: boolean }>`
    select d.type, d.state, d.created_at, x.name, x.state = 'disabled' as is_off from deliveries d
    join destinations x on x.id = d.destination_id and x.organization_id = ${organizationId}
    where d.organization_id = ${organizationId} and d.id = ${deliveryId} for update of d`.execute(trx);
  const [found] = rows;
  if (found === undefined) return false;
  if (found.type === 'test') throw refusal('A test message is not sent again: send another one.');
  if (found.state === 'cancelled') throw refusal('It was cancelled: what it told of turned out not to be so.');
  if (found.is_off) throw refusal('Its destination is disabled. Resume it first.');
  if (found.created_at < toReplayableSince(now)) throw refusal(`It is older than ${DELIVERY_DAYS_MAX} days.`);
  await sql`
    update deliveries set state = 'waiting', reason = null, tries = 0, next_try_at = ${now}, finished_at = null
    where organization_id = ${organizationId} and id = ${deliveryId}`.execute(trx);
  const subject = { id: deliveryId, name: found.name };
  await recordAudit(trx, { organizationId, actor, action: 'delivery.replayed', subject, after: { deliveries: 1 } });
  return true;
}

export interface ReplayRange extends Replay {
  readonly destinationId: DestinationId;
  readonly from: Date;
  readonly to: Date;
  readonly states: readonly ('given_up' | 'delivered')[];
}

const RANGE_MAX = 10_000;

/** Null: no such destination. The oldest first, RANGE_MAX at most in one go. */
export async function replayDeliveries(
  trx: Transaction<Schema>,
  { organizationId, destinationId, actor, now, from, to, states }: ReplayRange,
): Promise<{ readonly replayed: number; readonly isComplete: boolean } | null> {
  const destination = await trx
    .selectFrom('destinations')
    .select(['name', 'state'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', destinationId)
    .executeTakeFirst();
  if (destination === undefined) return null;
  if (destination.state === 'disabled') throw refusal('The destination is disabled. Resume it first.');
  const since = from < toReplayableSince(now) ? toReplayableSince(now) : from;
  const replayed = await sql`
    update deliveries set state = 'waiting', reason = null, tries = 0, next_try_at = ${now}, finished_at = null
    where organization_id = ${organizationId} and id in (
      select id from deliveries where organization_id = ${organizationId} and destination_id = ${destinationId}
        and created_at >= ${since} and created_at < ${to} and state = any(${states}::text[]) and type <> 'test'
      order by created_at limit ${RANGE_MAX}::int for update skip locked)`.execute(trx);
  const count = Number(replayed.numAffectedRows ?? 0);
  const range = { deliveries: count, from: since.toISOString(), to: to.toISOString(), states };
  const subject = { id: destinationId, name: destination.name };
  await recordAudit(trx, { organizationId, actor, action: 'delivery.replayed', subject, after: range });
  return { replayed: count, isComplete: count < RANGE_MAX };
}

function refusal(message: string): DestinationError {
  return new DestinationError('not_replayable', message);
}

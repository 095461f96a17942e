import { sql, type Transaction } from 'kysely';
import { recordAudit } from '../audit/record-audit.ts';
import type { Schema } from '../db/schema.ts';
import type { DestinationType, DisableReason } from '../domain/destination.ts';
import type { DestinationId, OrganizationId } from '../domain/ids.ts';

/** For the notice to the owners. */
export interface Disabled {
  readonly organizationId: OrganizationId;
  readonly destinationId: DestinationId;
  readonly name: string;
  readonly type: DestinationType;
  readonly reason: DisableReason;
}

/** Who acts when nobody does. */
const DELIVERER = { id: null, name: 'MailTracker' };

/**
 * Stops a destination, with a line in the audit log. What it is still owed is given up with a reason: an admin who
 * resumes it may replay any of it. Null when it was not active.
 */
export async function disableDestination(
  trx: Transaction<Schema>,
  { organizationId, destinationId, reason, now }: Omit<Disabled, 'name' | 'type'> & { readonly now: Date },
): Promise<Disabled | null> {
  const changed = await trx
    .updateTable('destinations')
    .set({ state: 'disabled', disabled_reason: reason, changed_at: now })
    .where('organization_id', '=', organizationId)
    .where('id', '=', destinationId)
    .where('state', '<>', 'disabled')
    .returning(['name', 'type'])
    .executeTakeFirst();
  if (changed === undefined) return null;
  await sql`
    update deliveries set state = 'given_up', reason = 'destination_disabled', finished_at = ${now}
    where destination_id = ${destinationId} and organization_id = ${organizationId} and state = 'waiting'`.execute(trx);
  await recordAudit(trx, {
    organizationId,
    actor: DELIVERER,
    action: 'destination.disabled',
    subject: { id: destinationId, name: changed.name },
    after: { reason },
  });
  return { organizationId, destinationId, reason, ...changed };
}

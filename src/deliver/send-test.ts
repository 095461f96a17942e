import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { DeliveryId, DestinationId, OrganizationId } from '../domain/ids.ts';
import type { DeliveryContext } from './delivery-context.ts';
import { DestinationError } from './destination-error.ts';
import { type DeliveryDetailSeen, readDelivery } from './read-deliveries.ts';
import { readOwed } from './read-owed.ts';
import { recordTries } from './record-tries.ts';
import { tryDelivery } from './try-delivery.ts';

/**
 * Sends a real message now, once, and answers what came of it; it stands in the log like any other. Also to a paused or
 * disabled destination, so that an admin may see whether it works again. Null: no such destination. Throws
 * DestinationError too_many_tests.
 */
export async function sendTest(
  context: DeliveryContext,
  { organizationId, destinationId }: { organizationId: OrganizationId; destinationId: DestinationId },
): Promise<DeliveryDetailSeen | null> {
  const now = new Date(context.clock.now());
  const deliveryId = randomUUID() as string as DeliveryId;
  const isOwed = await withTenant(context.databases, organizationId, async (trx) => {
    const destination = await trx
      .selectFrom('destinations')
      .select('id')
      .where('organization_id', '=', organizationId)
      .where('id', '=', destinationId)
      .forUpdate()
      .executeTakeFirst();
    if (destination === undefined) return false;
    await refuseTooMany(trx, { organizationId, destinationId, since: new Date(now.getTime() - MINUTE_MS) });
    await trx
      .insertInto('deliveries')
      .values({
        id: deliveryId,
        organization_id: organizationId,
        destination_id: destinationId,
        type: 'test',
        subject: `test:${deliveryId}`,
        at: now,
        payload: { id: deliveryId, at: now.toISOString(), text: 'Test message from MailTracker' },
        next_try_at: now,
        // Ours: no deliverer tries it beside us. Cut off half-way, it is tried once by one of them.
        leased_until: new Date(now.getTime() + LEASE_MS),
        created_at: now,
      })
      .execute();
    return true;
  });
  if (!isOwed) return null;
  for (const owed of await readOwed(context.databases, [deliveryId])) {
    const tried = await tryDelivery(context, owed);
    await recordTries(context.databases, [tried], { now: new Date(context.clock.now()) });
  }
  return withTenant(context.databases, organizationId, (trx) => readDelivery(trx, { organizationId, deliveryId }));
}

const LEASE_MS = 120_000;
const MINUTE_MS = 60_000;
/** A test goes past the destination's pace: a few are enough for a person. */
const TESTS_PER_MINUTE_MAX = 10;

async function refuseTooMany(
  trx: Transaction<Schema>,
  {
    organizationId,
    destinationId,
    since,
  }: { organizationId: OrganizationId; destinationId: DestinationId; since: Date },
): Promise<void> {
  const { count } = await trx
    .selectFrom('deliveries')
    .where('organization_id', '=', organizationId)
    .where('destination_id', '=', destinationId)
    .where('type', '=', 'test')
    .where('created_at', '>', since)
    .select((build) => build.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  if (Number(count) >= TESTS_PER_MINUTE_MAX)
    throw new DestinationError('too_many_tests', `At most ${TESTS_PER_MINUTE_MAX} tests a minute. Try again shortly.`);
}

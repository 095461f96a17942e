import type { Databases } from '../db/open-databases.ts';
import type { DeliveryId } from '../domain/ids.ts';

/** What a stopping deliverer did not finish may be tried by another one at once. */
export async function releaseLeases({ system }: Pick<Databases, 'system'>, ids: readonly DeliveryId[]): Promise<void> {
  await system
    .updateTable('deliveries')
    .set({ leased_until: null })
    .where('id', 'in', [...ids])
    .where('state', '=', 'waiting')
    .execute();
}

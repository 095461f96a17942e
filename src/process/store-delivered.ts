import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { OpenEvent } from './mark-unique.ts';

/**
 * The first Gmail open of a campaign pixel proves that its mail was delivered by then. Rare: a pixel that has an
 * earlier one is not touched. The pixels' rows are locked by this transaction.
 */
export async function storeDelivered(trx: Transaction<Schema>, events: readonly OpenEvent[]): Promise<void> {
  const delivered = new Map<string, number>();
  for (const { pixel, hit, judgement } of events) {
    if (pixel.trackingType !== 'campaign' || judgement.verdict !== 'proxy_open' || judgement.clientFamily !== 'Gmail')
      continue;
    if (hit.hitAt < (delivered.get(pixel.id) ?? pixel.deliveredAt ?? Number.POSITIVE_INFINITY))
      delivered.set(pixel.id, hit.hitAt);
  }
  if (delivered.size === 0) return;
  await sql`
    update signature_tracking_pixels pixel set delivered_at = to_timestamp(first.at / 1000)
    from unnest(${[...delivered.keys()]}::uuid[], ${[...delivered.values()]}::float8[]) as first (id, at)
    where pixel.id = first.id`.execute(trx);
}

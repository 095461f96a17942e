import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Drop, DropOwner } from './drop-counts.ts';
import { toChunks } from './to-chunks.ts';

/** Counts what was dropped; `drops` come sorted by key. The row without an organization is everybody's: it comes last. */
export async function storeDrops(trx: Transaction<Schema>, drops: readonly Drop[]): Promise<void> {
  const owned = drops.flatMap((drop) => (drop.pixel === null ? [] : [{ ...drop, pixel: drop.pixel }]));
  for (const chunk of toChunks(owned)) await storeSlots(trx, chunk);
  for (const chunk of toChunks(drops.filter((drop) => drop.pixel === null))) await storeUnattributed(trx, chunk);
}

async function storeSlots(
  trx: Transaction<Schema>,
  drops: readonly (Drop & { readonly pixel: DropOwner })[],
): Promise<void> {
  await sql`
    insert into tracking_drop_slots as kept (organization_id, user_id, campaign_id, slot_at, reason, hits)
    select organization_id, user_id, campaign_id, to_timestamp(at / 1000), reason, hits
    from unnest(${drops.map((drop) => drop.pixel.organizationId)}::uuid[], ${drops.map((drop) => drop.pixel.memberId)}::uuid[],
      ${drops.map((drop) => drop.pixel.campaignId)}::uuid[], ${drops.map((drop) => drop.windowAt)}::float8[],
      ${drops.map((drop) => drop.reason)}::text[], ${drops.map((drop) => drop.hits)}::int[])
      with ordinality as input (organization_id, user_id, campaign_id, at, reason, hits, n) order by n
    on conflict (organization_id, user_id, campaign_id, slot_at, reason) do update set hits = kept.hits + excluded.hits`.execute(
    trx,
  );
}

async function storeUnattributed(trx: Transaction<Schema>, drops: readonly Drop[]): Promise<void> {
  await sql`
    insert into unattributed_drops as kept (day, reason, hits)
    select (to_timestamp(at / 1000) at time zone 'UTC')::date, reason, hits
    from unnest(${drops.map((drop) => drop.windowAt)}::float8[], ${drops.map((drop) => drop.reason)}::text[],
      ${drops.map((drop) => drop.hits)}::bigint[]) with ordinality as input (at, reason, hits, n) order by n
    on conflict (day, reason) do update set hits = kept.hits + excluded.hits`.execute(trx);
}

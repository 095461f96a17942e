import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { toArrayText } from '../db/to-array-text.ts';
import type { SpoolBlock } from '../domain/hit.ts';

/**
 * Enters the blocks' ids and answers those that were not there: theirs are the effects this transaction stores. A
 * block that another processor holds at this moment is waited for. Sorted, so that two claims cannot deadlock.
 */
export async function claimBlocks(
  trx: Transaction<Schema>,
  blocks: readonly SpoolBlock[],
): Promise<ReadonlySet<string>> {
  const ids = [...new Set(blocks.map((block) => block.id))].sort();
  const { rows } = await sql<{ id: string }>`
    insert into processed_blocks (block_id)
    select decode(id, 'hex') from unnest(${toArrayText(ids)}::text[]) with ordinality as block (id, n) order by n
    on conflict do nothing
    returning encode(block_id, 'hex') as id`.execute(trx);
  return new Set(rows.map((row) => row.id));
}

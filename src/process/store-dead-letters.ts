import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { type SpoolRecord, TOKEN_HASH_BYTES } from '../domain/hit.ts';
import type { DeadLetter } from './judge-records.ts';
import { toChunks } from './to-chunks.ts';

/** Keeps what could not be processed: which token, when, and what went wrong. Whatever else a record held is gone. */
export async function storeDeadLetters(trx: Transaction<Schema>, letters: readonly DeadLetter[]): Promise<void> {
  for (const chunk of toChunks(letters)) {
    await sql`
      insert into dead_letters (block_id, record_index, tracking_type, token_hash, hit_at, error)
      select decode(block_id, 'hex'), record_index, tracking_type, token_hash, hit_at, error
      from unnest(${chunk.map((letter) => letter.blockId)}::text[], ${chunk.map((letter) => letter.recordIndex)}::int[],
        ${chunk.map((letter) => letter.record?.trackingType ?? null)}::text[],
        ${chunk.map((letter) => toTokenHash(letter.record))}::bytea[],
        ${chunk.map((letter) => toTime(letter.record))}::timestamptz[], ${chunk.map((letter) => letter.error)}::text[])
        as letter (block_id, record_index, tracking_type, token_hash, hit_at, error)
      on conflict do nothing`.execute(trx);
  }
}

/** A damaged record may hold anything in any field. */
function toTokenHash(record: SpoolRecord | null): Buffer | null {
  const bytes: unknown = record?.tokenHash;
  return bytes instanceof Uint8Array && bytes.byteLength === TOKEN_HASH_BYTES ? Buffer.from(bytes) : null;
}

const YEAR_2000 = 946_684_800_000;
const YEAR_2200 = 7_258_118_400_000;

function toTime(record: SpoolRecord | null): string | null {
  const hitAt: unknown = record?.hitAt;
  const isTime = typeof hitAt === 'number' && hitAt >= YEAR_2000 && hitAt < YEAR_2200;
  return isTime ? new Date(hitAt).toISOString() : null;
}

import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** A table whose rows belong to an organization, as the database's own catalog knows it. */
export interface TenantTable {
  readonly name: string;
  /** Those that name a member: user_id, and whatever else refers to organization_users. */
  readonly memberColumns: readonly string[];
  /** Left out of exports: hashes, sealed tokens and keys (bytea), and the country of single opens (k-anonymity). */
  readonly withheldColumns: readonly string[];
}

/**
 * Every tenant table, by name. Read from the catalog rather than from a list, so that a table of a later version is
 * exported and erased from its first day.
 */
export async function readTenantTables(trx: Transaction<Schema>): Promise<readonly TenantTable[]> {
  const { rows } = await sql<TenantTable>`
    select c.relname as name,
      array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attname = 'user_id'
          and not a.attisdropped and c.relname <> 'organization_users'
        union select a.attname::text from pg_constraint k
          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
          where k.conrelid = c.oid and k.contype = 'f' and k.confrelid = 'public.organization_users'::regclass
            and a.attname <> 'organization_id' order by 1) as "memberColumns",
      array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
        and not a.attisdropped and (a.atttypid = 'bytea'::regtype or a.attname = 'country') order by 1) as "withheldColumns"
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped)
    order by c.relname`.execute(trx);
  return rows;
}

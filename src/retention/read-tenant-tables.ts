import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** A table whose rows belong to an organization, as the database's own catalog knows it. */
export interface TenantTable {
  readonly name: string;
  /** `user_id` names a member: every table's does, but organization_users itself, where it is the person. */
  readonly isOfMembers: boolean;
  /** Hashes, sealed tokens and keys: bytea, and nothing else is. */
  readonly secretColumns: readonly string[];
}

/**
 * Every tenant table, by name. Read from the catalog rather than from a list, so that a table of a later version is
 * exported and erased from its first day.
 */
export async function readTenantTables(trx: Transaction<Schema>): Promise<readonly TenantTable[]> {
  const { rows } = await sql<TenantTable>`
    select c.relname as name, c.relname <> 'organization_users' and bool_or(a.attname = 'user_id') as "isOfMembers",
      coalesce(array_agg(a.attname::text) filter (where a.atttypid = 'bytea'::regtype), '{}') as "secretColumns"
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    group by c.oid, c.relname having bool_or(a.attname = 'organization_id') order by c.relname`.execute(trx);
  return rows;
}

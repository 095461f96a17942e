import type { ClientBase } from 'pg';

/** A table as a backup sees it. */
export interface BackupTable {
  readonly name: string;
  /** Those with values of their own: generated ones are left out. */
  readonly columns: readonly string[];
  /** The tables its foreign keys lead to. */
  readonly needs: readonly string[];
  /** Row-level security binds its owner too. */
  readonly isForced: boolean;
}

/**
 * Left out: what is to be forgotten within two days and must not live on in a backup (visitors, their keys, members'
 * devices), and what lets somebody in (sessions, reset links). Everybody signs in anew after a restore.
 */
export const LEFT_OUT: readonly string[] = [
  'applied_migrations',
  'visitor_keys',
  'visitor_seen',
  'visitor_claims',
  'own_devices',
  'sessions',
  'verifications',
  'password_resets',
];

/** Every table of the product, those first that others refer to. Partitions are read through their parent. */
export async function listBackupTables(client: ClientBase): Promise<readonly BackupTable[]> {
  const { rows } = await client.query<BackupTable>(
    `select c.relname as name, c.relforcerowsecurity as "isForced",
       (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
       coalesce((select array_agg(distinct f.relname::text) from pg_constraint k join pg_class f on f.oid = k.confrelid
        where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid), '{}') as needs
     from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     order by c.relname`,
  );
  return toOrder(rows.filter(({ name }) => !LEFT_OUT.includes(name)));
}

function toOrder(tables: readonly BackupTable[]): readonly BackupTable[] {
  const ordered: BackupTable[] = [];
  const waiting = [...tables];
  while (waiting.length > 0) {
    const free = waiting.findIndex(({ needs }) => !waiting.some(({ name }) => needs.includes(name)));
    // Tables that refer to each other have deferrable keys on one side; any order does.
    ordered.push(...waiting.splice(Math.max(free, 0), 1));
  }
  return ordered;
}

/** A name as SQL takes it. */
export function toName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

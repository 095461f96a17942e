import { Client } from 'pg';
import { type BackupTable, listBackupTables, toName } from './backup-tables.ts';
import { BACKUP_FORMAT, type BackupHeader } from './write-backup.ts';

/** The file is no whole backup, or the database is not one it may be restored into; the message says what to do. */
export class RestoreError extends Error {}

export interface RestoreReport {
  readonly madeAt: string;
  readonly tables: number;
  readonly rows: number;
}

/**
 * Restores the lines of a backup into a migrated database without organizations: all of it in one transaction, or
 * nothing. `url`: the owner's address. Triggers do not run, since what they keep is in the backup too.
 */
export async function restoreBackup(url: string, lines: AsyncIterable<string>): Promise<RestoreReport> {
  const client = new Client({ connectionString: url, application_name: 'mailtracker_restore' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin');
    const report = await restore(client, lines);
    await client.query('commit');
    return report;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    await client.end();
  }
}

const ROWS_PER_INSERT = 500;

async function restore(client: Client, lines: AsyncIterable<string>): Promise<RestoreReport> {
  const tables = await listBackupTables(client);
  await refuseUsedDatabase(client);
  let header: BackupHeader | null = null;
  let table: { readonly known: BackupTable; readonly columns: readonly string[] } | null = null;
  let batch: string[] = [];
  const count = { rows: 0, tables: 0 };
  let isWhole = false;
  const flush = async (): Promise<void> => {
    if (table !== null && batch.length > 0) await insertRows(client, table, batch);
    count.rows += batch.length;
    batch = [];
  };
  for await (const line of lines) {
    if (line === '') continue;
    if (header === null) {
      header = parseHeader(line);
      await refuseOtherSchema(client, header);
      await lift(client, tables);
      continue;
    }
    const mark = parseMark(line);
    if (mark === null) {
      batch.push(line);
      if (batch.length === ROWS_PER_INSERT) await flush();
      continue;
    }
    await flush();
    if ('end' in mark) isWhole = mark.rows === count.rows;
    else {
      table = { known: findTable(tables, mark.table), columns: mark.columns };
      count.tables += 1;
    }
  }
  if (header === null || !isWhole)
    throw new RestoreError('the file is cut short: its last line does not count its rows');
  await settle(client, tables);
  return { madeAt: header.madeAt, ...count };
}

function parseHeader(line: string): BackupHeader {
  const header = parseJson(line) as Partial<BackupHeader> | null;
  if (header?.product !== 'mailtracker') throw new RestoreError('the file is no backup made by `mailtracker backup`');
  if (header.format !== BACKUP_FORMAT) {
    throw new RestoreError(`the backup has format ${header.format}, this version reads ${BACKUP_FORMAT}`);
  }
  return header as BackupHeader;
}

type Mark =
  | { readonly table: string; readonly columns: readonly string[] }
  | { readonly end: true; readonly rows: number };

/** A line that is no row. Rows have no column of these names together. */
function parseMark(line: string): Mark | null {
  if (!line.startsWith('{"table":') && !line.startsWith('{"end":true,')) return null;
  const mark = parseJson(line) as Mark | null;
  return mark !== null && ('end' in mark || Array.isArray(mark.columns)) ? mark : null;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function findTable(tables: readonly BackupTable[], name: string): BackupTable {
  const known = tables.find((table) => table.name === name);
  if (known === undefined) throw new RestoreError(`this version has no table ${name}`);
  return known;
}

async function refuseUsedDatabase(client: Client): Promise<void> {
  const { rows } = await client.query<{ used: boolean }>(
    'select exists (select from users) or exists (select from organizations) as used',
  );
  if (rows[0]?.used) {
    throw new RestoreError(
      'the database is in use: restore into an empty one, such as a new DATA_DIR or a new DATABASE_URL',
    );
  }
}

/** The same schema, or rows would land in columns that mean something else. Newer ones are migrated afterwards. */
async function refuseOtherSchema(client: Client, header: BackupHeader): Promise<void> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from applied_migrations order by name',
  );
  if (JSON.stringify(rows) === JSON.stringify(header.migrations)) return;
  throw new RestoreError(
    `the backup was made by another version (its last migration is ${header.migrations.at(-1)?.name}, the database's ${rows.at(-1)?.name}): restore it with the version that made it, then upgrade`,
  );
}

/** What migrations put there gives way; policies and triggers rest until `settle`. */
async function lift(client: Client, tables: readonly BackupTable[]): Promise<void> {
  for (const { name, isForced } of tables) {
    if (isForced) await client.query(`alter table public.${toName(name)} no force row level security`);
    await client.query(`alter table public.${toName(name)} disable trigger user`);
  }
  await client.query('set constraints all deferred');
  for (const { name } of [...tables].reverse()) await client.query(`delete from public.${toName(name)}`);
}

async function insertRows(
  client: Client,
  { known, columns }: { readonly known: BackupTable; readonly columns: readonly string[] },
  lines: readonly string[],
): Promise<void> {
  const json = `[${lines.join(',')}]`;
  const name = `public.${toName(known.name)}`;
  if (known.name === EVENTS) await coverEvents(client, json);
  const list = columns.filter((column) => known.columns.includes(column)).map(toName);
  await client.query(
    `insert into ${name} (${list}) overriding system value select ${list} from json_populate_recordset(null::${name}, $1::json)`,
    [json],
  );
}

const EVENTS = 'signature_tracking_events';

/** A partition for every week that has events. */
async function coverEvents(client: Client, json: string): Promise<void> {
  await client.query(
    `select app_private.ensure_partitions(week, week) from (
       select distinct date_trunc('week', hit_at) as week
       from json_populate_recordset(null::public.${EVENTS}, $1::json)) weeks`,
    [json],
  );
}

async function settle(client: Client, tables: readonly BackupTable[]): Promise<void> {
  await client.query('set constraints all immediate');
  for (const { name, isForced, columns } of tables) {
    await client.query(`alter table public.${toName(name)} enable trigger user`);
    if (isForced) await client.query(`alter table public.${toName(name)} force row level security`);
    for (const column of columns) await advanceSequence(client, name, column);
  }
  await client.query(`select app_private.drop_visitors_before((now() at time zone 'utc')::date - 1)`);
}

async function advanceSequence(client: Client, table: string, column: string): Promise<void> {
  const name = `public.${toName(table)}`;
  const { rows } = await client.query<{ sequence: string | null }>(
    'select pg_get_serial_sequence($1, $2) as sequence',
    [name, column],
  );
  const sequence = rows[0]?.sequence ?? null;
  if (sequence === null) return;
  const next = `(select max(${toName(column)}) from ${name})`;
  await client.query(`select setval($1, ${next}) where ${next} is not null`, [sequence]);
}

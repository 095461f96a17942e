import { Client } from 'pg';
import { SYSTEM_ROLE } from '../roles.ts';
import { listBackupTables, toName } from './backup-tables.ts';

// A backup is JSON lines: a header with the migrations it was made under, for each table a line with its name and then
// its rows, and a last line that counts them. One snapshot of the database, taken while it works; nothing waits for it.

export const BACKUP_FORMAT = 1;

export interface BackupHeader {
  readonly format: number;
  readonly product: 'mailtracker';
  readonly madeAt: string;
  readonly migrations: readonly { readonly name: string; readonly checksum: string }[];
}

/** `url`: the owner's address. Yields text that ends with a line break, some hundred kilobytes at a time. */
export async function* writeBackup(url: string, madeAt: Date): AsyncGenerator<string> {
  const client = new Client({ connectionString: url, application_name: 'mailtracker_backup' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const { rows: migrations } = await client.query<{ name: string; checksum: string }>(
      'select name, checksum from public.applied_migrations order by name',
    );
    const header: BackupHeader = {
      format: BACKUP_FORMAT,
      product: 'mailtracker',
      madeAt: madeAt.toISOString(),
      migrations,
    };
    yield `${JSON.stringify(header)}\n`;
    let rows = 0;
    for (const table of await listBackupTables(client)) {
      yield `${JSON.stringify({ table: table.name, columns: table.columns })}\n`;
      for await (const lines of readRows(client, table.name)) {
        rows += lines.length;
        yield `${lines.join('\n')}\n`;
      }
    }
    yield `${JSON.stringify({ end: true, rows })}\n`;
    await client.query('commit');
  } finally {
    await client.end();
  }
}

const ROWS_PER_FETCH = 1_000;

/** The owner of a managed server is bound by its own policies; the role that sees all organizations is not. */
async function* readRows(client: Client, table: string): AsyncGenerator<readonly string[]> {
  const { rows } = await client.query<{ may: boolean }>(`select has_table_privilege($1, $2, 'select') as may`, [
    SYSTEM_ROLE,
    `public.${toName(table)}`,
  ]);
  await client.query(rows[0]?.may ? `set local role ${SYSTEM_ROLE}` : 'reset role');
  const select = `select row_to_json(t)::text as line from public.${toName(table)} t`;
  await client.query(`declare backup no scroll cursor for ${select}`);
  for (;;) {
    const fetched = await client.query<{ line: string }>(`fetch ${ROWS_PER_FETCH} from backup`);
    if (fetched.rows.length === 0) break;
    yield fetched.rows.map(({ line }) => line);
  }
  await client.query('close backup');
  await client.query('reset role');
}

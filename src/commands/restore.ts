import { createReadStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import { RestoreError, restoreBackup } from '../db/backup/restore-backup.ts';
import { type Command, UsageError } from './command.ts';
import { withDatabases } from './with-databases.ts';

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'put a backup into an empty installation',
  help: `
Usage: mailtracker restore <file> [--json]

Puts what \`mailtracker backup\` wrote into a database without organizations, all of it or nothing. Take the version that
made the backup, and the same APP_SECRET (or the same app-secret file in DATA_DIR) as then. Afterwards start, and upgrade.

Example: DATA_DIR=./restored mailtracker restore /backups/mailtracker-2026-11-21.gz`,
  run: restore,
};

async function restore(words: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { json: { type: 'boolean' } },
    allowPositionals: true,
    strict: true,
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('expected one file to read');
  const report = await withDatabases(({ databases }) => restoreBackup(databases.url, readLines(file)));
  const { rows, tables, madeAt } = report;
  process.stdout.write(
    values.json ? `${JSON.stringify(report)}\n` : `${rows} rows of ${tables} tables, as of ${madeAt}.\n`,
  );
  return 0;
}

/** A line at a time, whatever the file's size. A damaged file fails as such. */
async function* readLines(file: string): AsyncGenerator<string> {
  const text = createReadStream(file).on('error', (error) => unpacked.destroy(error));
  const unpacked = text.pipe(createGunzip()).setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of unpacked) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('Z_')) throw new RestoreError(`${file} is damaged or cut short (${code})`);
    throw error;
  }
  yield rest;
}

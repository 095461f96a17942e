import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { writeBackup } from '../db/backup/write-backup.ts';
import { systemClock } from '../kit/clock.ts';
import { type Command, UsageError } from './command.ts';
import { withDatabases } from './with-databases.ts';

export const backupCommand: Command = {
  name: 'backup',
  summary: 'write the whole database to one file, while it works',
  help: `
Usage: mailtracker backup <file> [--json]

Writes every organization into <file> (gzip of JSON lines), one snapshot of the moment it began; the server may run.
Visitors, their keys, members' devices, sessions and reset links are left out: they are to be forgotten. APP_SECRET is
not in it either and is needed to restore: keep a copy of it (app-secret in DATA_DIR) somewhere else.

Exit code 0 when the file is whole; it takes its name only then.

Example: mailtracker backup /backups/mailtracker-$(date +%F).gz`,
  run: backUp,
};

async function backUp(words: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { json: { type: 'boolean' } },
    allowPositionals: true,
    strict: true,
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('expected one file to write to');
  if (await exists(file)) throw new Error(`${file} is already there: choose another name`);
  const aside = `${file}.part`;
  try {
    await withDatabases(({ databases }) =>
      pipeline(
        Readable.from(writeBackup(databases.url, new Date(systemClock.now()))),
        createGzip(),
        createWriteStream(aside, { flags: 'w', mode: 0o600, flush: true }),
      ),
    );
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  const { size } = await stat(file);
  process.stdout.write(
    values.json ? `${JSON.stringify({ file, bytes: size })}\n` : `${file}: ${size} bytes. ${SECRET}\n`,
  );
  return 0;
}

const SECRET = 'Keep APP_SECRET (or app-secret in DATA_DIR) too: without it nobody can read the tokens in it.';

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

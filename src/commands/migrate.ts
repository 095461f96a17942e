import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { connect } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';
import { createLog } from '../kit/log.ts';
import type { Command } from './command.ts';

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'brings the database up to this version',
  help: `
Usage: mailtracker migrate [--json]

Applies the migrations that the database lacks, each in a transaction of its own, and names them. An older version may
serve meanwhile: migrations only add. \`serve\` does the same at its start; this is for those who want it as a step of
its own, before the first new process starts. Several at once wait for each other.

Exit code 0 when the database is up to date, 1 when it is not, such as when it belongs to a newer version.`,
  run: bringUpToDate,
};

async function bringUpToDate(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...words], options: { json: { type: 'boolean' } }, strict: true });
  const { databaseUrl, dataDir, logLevel } = readConfig(process.env);
  const log = createLog(logLevel === 'info' ? 'warn' : logLevel);
  const server = await connect({ databaseUrl, dataDir }, log);
  try {
    const applied = await migrate(server.url, log);
    process.stdout.write(values.json ? `${JSON.stringify({ applied })}\n` : toText(applied));
    return 0;
  } finally {
    await server.stop();
  }
}

function toText(applied: readonly string[]): string {
  if (applied.length === 0) return 'The database is up to date.\n';
  return `${applied.map((name) => `applied ${name}`).join('\n')}\nThe database is up to date.\n`;
}

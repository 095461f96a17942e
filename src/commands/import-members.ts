import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { requireOrganization } from '../accounts/find-organization.ts';
import { type ImportReport, importMembers } from '../accounts/import-members.ts';
import { OPERATOR } from '../audit/record-audit.ts';
import { toPurposeKey } from '../kit/crypto.ts';
import { type Command, UsageError } from './command.ts';
import { withDatabases } from './with-databases.ts';

export const importMembersCommand: Command = {
  name: 'import-members',
  summary: 'add many people from a CSV file',
  help: `
Usage: mailtracker import-members <file.csv> --organization <name, slug or id> [--dry-run] [--json]

The first line names the columns, in any order: name, email, department, title, phone, role. Name and email are needed;
departments are made as they come; an empty role is member. Commas, semicolons or tabs separate; quotes as usual.

Good rows come in although others are bad; each bad one is told by line and reason, and the exit code is then 1.
--dry-run tries everything and keeps nothing. Nobody gets a password: people come in by an invitation, by a password
reset or by single sign-on. Works whether or not the server is running.

Example: mailtracker import-members people.csv --organization acme --dry-run`,
  run: importFile,
};

async function importFile(words: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: {
      organization: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
    allowPositionals: true,
    strict: true,
  });
  const [path, ...rest] = positionals;
  if (path === undefined || rest.length > 0) throw new UsageError('expected one file');
  const { organization } = values;
  if (organization === undefined) throw new UsageError('--organization: expected a name, slug or id');
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new Error(`there is no file ${path}`);
  const report = await withDatabases(async ({ databases, appSecret, config }) => {
    const tokenKey = toPurposeKey(appSecret, 'pixel-token');
    const plan = { seats: config.planSeats, opensPerMinute: config.planOpensPerMinute };
    const organizationId = await requireOrganization(databases, organization);
    const order = { organizationId, actor: OPERATOR, actorRole: 'owner', isDryRun: values['dry-run'] } as const;
    const file: AsyncIterable<string> = createReadStream(path, 'utf8');
    return importMembers({ databases, tokenKey, plan }, { ...order, file, onProgress: tellProgress });
  });
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : toText(report));
  return report.failed === 0 ? 0 : 1;
}

function tellProgress({ rows, imported, failed }: { rows: number; imported: number; failed: number }): void {
  process.stderr.write(`${rows} rows read: ${imported} in, ${failed} not\n`);
}

function toText({ isDryRun, imported, failed, errors, ignoredColumns }: ImportReport): string {
  const lines = errors.map(({ line, field, reason }) => `line ${line}: ${field === null ? '' : `${field}: `}${reason}`);
  if (ignoredColumns.length > 0) lines.push(`Columns that mean nothing here: ${ignoredColumns.join(', ')}`);
  lines.push(`${isDryRun ? 'Would come in' : 'Came in'}: ${imported}. Not: ${failed}.`);
  return `${lines.join('\n')}\n`;
}

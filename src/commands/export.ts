import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { requireOrganization } from '../accounts/find-organization.ts';
import { OPERATOR, recordAudit } from '../audit/record-audit.ts';
import type { Databases } from '../db/open-databases.ts';
import { withTenant } from '../db/with-tenant.ts';
import { type MemberId, type OrganizationId, parseUuid } from '../domain/ids.ts';
import { systemClock } from '../kit/clock.ts';
import { exportRows } from '../retention/export-rows.ts';
import { type Command, UsageError } from './command.ts';
import { withDatabases } from './with-databases.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: 'write everything of an organization, or of one member, as JSON lines',
  help: `
Usage: mailtracker export --organization <name, slug or id> [--member <email or id>] [--output <file>]

Writes to the file, or to the standard output. The first line says of whom and when, each further one holds a table and
a row, the last counts the rows: without it the file is cut short. Hashes, tokens and keys are left out. Works whether or
not the server is running.

Example: mailtracker export --organization acme --output acme.jsonl`,
  run: exportAll,
};

async function exportAll(words: readonly string[]): Promise<number> {
  const options = { organization: { type: 'string' }, member: { type: 'string' }, output: { type: 'string' } } as const;
  const { values } = parseArgs({ args: [...words], options, strict: true });
  const { organization, member, output } = values;
  if (organization === undefined) throw new UsageError('--organization: expected a name, slug or id');
  await withDatabases(async ({ databases }) => {
    const organizationId = await requireOrganization(databases, organization);
    const memberId = member === undefined ? null : await requireMember(databases, organizationId, member);
    const subject = { id: memberId ?? organizationId, name: member ?? organization };
    await withTenant(databases, organizationId, (trx) =>
      recordAudit(trx, { organizationId, actor: OPERATOR, action: 'privacy.exported', subject }),
    );
    const lines = Readable.from(exportRows(databases, { organizationId, memberId, now: new Date(systemClock.now()) }));
    if (output === undefined) await pipeline(lines, process.stdout, { end: false });
    else await pipeline(lines, createWriteStream(output, { flags: 'wx', mode: 0o600 }));
  });
  return 0;
}

async function requireMember(databases: Databases, organizationId: OrganizationId, wanted: string): Promise<MemberId> {
  const id = parseUuid<MemberId>(wanted);
  const row = await databases.system
    .selectFrom('organization_users as member')
    .innerJoin('users as person', 'person.id', 'member.user_id')
    .where('member.organization_id', '=', organizationId)
    .where((where) => (id === null ? where('person.email', '=', wanted.toLowerCase()) : where('member.id', '=', id)))
    .select('member.id')
    .executeTakeFirst();
  if (!row) throw new Error(`there is no member ${wanted} in this organization`);
  return row.id;
}

import { parseArgs } from 'node:util';
import { type DriftReport, findDrift } from '../analytics/find-drift.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { OrganizationId } from '../domain/ids.ts';
import type { Command } from './command.ts';
import { withDatabases } from './with-databases.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'count the stored opens again and compare the figures with them',
  help: `
Usage: mailtracker verify [--json]

Counts every organization's stored opens again, within its retention, and names each figure of the dashboards' tables
that says something else. Repairs nothing. A server may be running meanwhile.

--json   prints one JSON document

Exit code: 0 when all figures agree, 1 when one does not.`,
  run: runVerify,
};

/** Ten million opens are counted in some minutes. */
const STATEMENT_MS_MAX = 3_600_000;

interface Verified extends DriftReport {
  readonly organizationId: OrganizationId;
  readonly name: string;
}

async function runVerify(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: { json: { type: 'boolean', default: false } },
    strict: true,
  });
  const reports = await withDatabases(
    async ({ databases }) => {
      const organizations = await databases.system
        .selectFrom('organizations')
        .select(['id', 'name'])
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      const verified: Verified[] = [];
      for (const { id, name } of organizations) {
        const question = { organizationId: id, now: Date.now() };
        const report = await withTenant(databases, id, (trx) => findDrift(trx, question));
        verified.push({ organizationId: id, name, ...report });
      }
      return verified;
    },
    { statementMsMax: STATEMENT_MS_MAX },
  );
  process.stdout.write(values.json ? `${JSON.stringify({ organizations: reports })}\n` : toText(reports));
  return reports.some(({ drifted }) => drifted > 0) ? 1 : 0;
}

function toText(reports: readonly Verified[]): string {
  if (reports.length === 0) return 'There is no organization yet.\n';
  return reports
    .flatMap(({ name, events, drifted, rows, narrowRows }) => [
      `${name}: ${events} opens counted again, ${drifted === 0 ? 'every figure agrees' : `${drifted} figures differ`}`,
      ...rows.map(
        ({ rollup, at, memberId, campaignId, verdict, device, kept, recounted }) =>
          `  ${rollup} ${at} member ${memberId}${campaignId ? ` campaign ${campaignId}` : ''} ${verdict} ${device}: ` +
          `opens ${kept.opens}, recounted ${recounted.opens}; unique ${kept.uniques}, recounted ${recounted.uniques}; ` +
          `events ${kept.events}, recounted ${recounted.events}`,
      ),
      ...narrowRows.map(
        ({ rollup, row, kept, recounted }) =>
          `  ${rollup} ${row}: ${Object.keys(kept)
            .filter((figure) => kept[figure] !== recounted[figure])
            .map((figure) => `${figure} ${kept[figure]}, recounted ${recounted[figure]}`)
            .join('; ')}`,
      ),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

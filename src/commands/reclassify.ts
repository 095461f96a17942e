import { parseArgs } from 'node:util';
import { explain } from '../domain/reasons.ts';
import { type Reclassified, reclassify } from '../process/reclassify.ts';
import { type Command, UsageError } from './command.ts';
import { withDatabases } from './with-databases.ts';

export const reclassifyCommand: Command = {
  name: 'reclassify',
  summary: 'judge stored opens again by the rules of this version',
  help: `
Usage: mailtracker reclassify [--since YYYY-MM-DD] [--dry-run] [--json]

Judges every stored open again from the coarse features it was stored with, corrects the figures that rest on it, and
keeps the old judgement. Prints what changed: old verdict, new verdict, reason, opens. Progress goes to stderr.

--since     only opens since the beginning of this day (UTC)
--dry-run   prints what would change, changes nothing
--json      prints one JSON document

A server may be running meanwhile. A run that was cut off goes on where it ended when it is started again. An open that
stops counting is no longer unique; none becomes unique, since its reader is no longer known.`,
  run: runReclassify,
};

async function runReclassify(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      since: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
    strict: true,
  });
  const since = values.since === undefined ? null : parseDay(values.since);
  const isDryRun = values['dry-run'];
  const outcome = await withDatabases(({ databases }) =>
    reclassify({ databases, since, isDryRun, onProgress: tellProgress }),
  );
  process.stdout.write(values.json ? `${JSON.stringify(toJson(outcome, isDryRun))}\n` : toText(outcome, isDryRun));
  return 0;
}

function parseDay(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text)
    throw new UsageError('--since: expected a day such as 2026-03-01');
  return at;
}

function tellProgress(done: number, total: number): void {
  process.stderr.write(`${done} of ${total} opens judged again\n`);
}

function toJson({ changes, ...outcome }: Reclassified, isDryRun: boolean) {
  const explained = changes.map(({ to, ...change }) => ({
    ...change,
    to: { ...to, explanation: explain(to.reason) },
  }));
  return { ...outcome, isDryRun, changes: explained };
}

function toText({ changes, events, rulesVersion }: Reclassified, isDryRun: boolean): string {
  if (changes.length === 0) return `Every stored open is judged as the rules (version ${rulesVersion}) judge it.\n`;
  const rows = changes.map(({ from, to, events: count }) => [
    `${from.verdict} (${from.confidence})`,
    `${to.verdict} (${to.confidence})`,
    to.reason,
    String(count),
  ]);
  const head = ['old verdict', 'new verdict', 'reason', 'opens'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const toLine = (row: readonly string[]) =>
    row.map((cell, i) => (i === 3 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ');
  const end = isDryRun ? `${events} opens would change; nothing was.` : `${events} opens changed.`;
  return `${[toLine(head), ...rows.map(toLine), '', end].join('\n')}\n`;
}

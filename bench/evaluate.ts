import { parseArgs } from 'node:util';
import { readCorpora } from './evaluate/read-corpora.ts';
import { isDeviceRight, isVerdictRight, type JudgedAgent, type Score, scoreCorpora } from './evaluate/score-corpora.ts';
import { type Finding, toFindings } from './evaluate/thresholds.ts';

// npm run evaluate -- <folder> [--devices]: judges every labelled agent of a folder, prints what was judged for what
// and every miss, and answers 1 when a promise is not kept. Corpora are never copied into the repository.

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { devices: { type: 'boolean', default: false } },
});
const folder = positionals[0];
if (folder === undefined || positionals.length > 1) {
  process.stderr.write('Usage: npm run evaluate -- <folder of *.jsonl and *.curated.json> [--devices]\n');
  process.exit(2);
}
const corpora = readCorpora(folder);
if (corpora.length === 0) {
  process.stderr.write(`evaluate: ${folder} holds no *.jsonl and no *.curated.json\n`);
  process.exit(2);
}
const scores = scoreCorpora(corpora);
const findings = toFindings(scores);
for (const score of scores) process.stdout.write(toScoreText(score));
if (values.devices) process.stdout.write(toDeviceText(scores));
process.stdout.write(toDisputedText(scores));
process.stdout.write(`\nPromises\n${findings.map(toFindingText).join('')}`);
process.exitCode = findings.every(({ isKept }) => isKept) ? 0 : 1;

function toScoreText({ name, rows, confusion }: Score): string {
  const lines = [...confusion].map(([expected, judged]) => {
    const cells = [...judged].sort((a, b) => b[1] - a[1]).map(([verdict, count]) => `${verdict} ${count}`);
    return `  ${expected.padEnd(10)} → ${cells.join(', ')}\n`;
  });
  const misses = rows.filter((row) => !isVerdictRight(row) && !row.isDisputed).map(toMissText);
  return `\n${name}: ${rows.length} rows\n${lines.join('')}${misses.join('')}`;
}

function toMissText({ userAgent, expected, judgement }: JudgedAgent): string {
  return `    miss: ${expected}, judged ${judgement.verdict} (${judgement.reason}): ${userAgent}\n`;
}

function toDeviceText(all: readonly Score[]): string {
  const wrong = all.flatMap(({ name, rows }) =>
    rows
      .filter((row) => isDeviceRight(row) === false)
      .map((row) => `    ${name}: ${row.device}, told ${row.judgement.device}: ${row.userAgent}\n`),
  );
  return `\nDevices told wrongly: ${wrong.length}\n${wrong.join('')}`;
}

function toDisputedText(all: readonly Score[]): string {
  const rows = all.flatMap((score) =>
    score.rows.filter(({ isDisputed }) => isDisputed).map((row) => ({ ...row, name: score.name })),
  );
  const lines = rows.map(
    ({ name, expected, judgement, userAgent }) =>
      `    ${name}: ${expected}, judged ${judgement.verdict}: ${userAgent}\n`,
  );
  return `\nDisputed between files, in no promise: ${rows.length} rows\n${lines.join('')}`;
}

function toFindingText({ promise, right, rows, isKept }: Finding): string {
  const perCent = ((right / rows) * 100).toFixed(2);
  return `  ${isKept ? 'kept  ' : 'BROKEN'}  ${promise}: ${right} of ${rows} (${perCent} %)\n`;
}

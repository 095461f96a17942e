import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { createLog } from '../kit/log.ts';
import type { Command } from './command.ts';
import { type Finding, findFaults } from './find-faults.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'look at settings, database, Redis, disk and clock, and say what is wrong and what to do',
  help: `
Usage: mailtracker doctor [--json]

Reads the same settings as serve, changes nothing, and works whether or not the server runs. Each finding is ok, advice
(it works, and could be better) or wrong, with what to do.

Exit code 0: nothing is wrong. 1: something is. 2: the settings themselves are.

Example: DATABASE_URL=postgres://… mailtracker doctor --json`,
  run: examine,
};

async function examine(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...words], options: { json: { type: 'boolean' } }, strict: true });
  const config = readConfig(process.env);
  const findings = await findFaults(config, createLog('error'));
  const isWrong = findings.some(({ state }) => state === 'wrong');
  if (values.json) process.stdout.write(`${JSON.stringify({ ok: !isWrong, findings })}\n`);
  else process.stdout.write(findings.map(toText).join(''));
  return isWrong ? 1 : 0;
}

const MARKS: Readonly<Record<Finding['state'], string>> = { ok: 'ok    ', advice: 'advice', wrong: 'WRONG ' };

function toText({ state, subject, said, todo }: Finding): string {
  return `${MARKS[state]}  ${subject}: ${said}\n${todo === undefined ? '' : `        ${todo}\n`}`;
}

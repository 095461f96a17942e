import { ConfigError } from '../config.ts';
import { backupCommand } from './backup.ts';
import { classifyCommand } from './classify.ts';
import { type Command, UsageError } from './command.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { exportCommand } from './export.ts';
import { importMembersCommand } from './import-members.ts';
import { migrateCommand } from './migrate.ts';
import { networksCommand } from './networks.ts';
import { planCommand } from './plan.ts';
import { readBuildInfo, toVersionLine } from './read-build-info.ts';
import { reclassifyCommand } from './reclassify.ts';
import { restoreCommand } from './restore.ts';
import { serveCommand } from './serve.ts';
import { userCommand } from './user.ts';
import { verifyCommand } from './verify.ts';

// Names a verb, hands over the rest of the words, and turns what goes wrong into one clear line and an exit code.

const COMMANDS: readonly Command[] = [
  serveCommand,
  migrateCommand,
  demoCommand,
  classifyCommand,
  reclassifyCommand,
  verifyCommand,
  networksCommand,
  userCommand,
  importMembersCommand,
  planCommand,
  exportCommand,
  doctorCommand,
  backupCommand,
  restoreCommand,
];

/** Exit codes: 0 done, 1 failed, 2 wrong words or wrong settings. */
export async function runCommand(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(toOverview());
    return 0;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${toVersionLine(readBuildInfo())}\n`);
    return 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) {
    process.stderr.write(`mailtracker: there is no command "${name}".\n\n${toOverview()}`);
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(`mailtracker ${command.name}: ${command.summary}\n\n${command.help.trim()}\n`);
    return 0;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    return report(command, error);
  }
}

function report(command: Command, error: unknown): number {
  const isUsage = error instanceof UsageError || error instanceof ConfigError || isParseArgsError(error);
  const message = error instanceof Error ? error.message : String(error);
  const hint = isUsage ? `\nSee: mailtracker ${command.name} --help` : '';
  process.stderr.write(`mailtracker ${command.name}: ${message}${hint}\n`);
  return isUsage ? 2 : 1;
}

function isParseArgsError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

function toOverview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const lines = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return `MailTracker: know when to call.\n\nUsage: mailtracker <command> [options]\n\n${lines.join('\n')}\n\nmailtracker <command> --help tells more, mailtracker --version what this is. Settings come from the environment; the README lists them.\n`;
}

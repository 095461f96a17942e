import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { EmbeddedError, USE_OWN_SERVER } from './embedded-error.ts';
import type { Binaries } from './find-binaries.ts';

// PostgreSQL refuses to run as root. As root it therefore runs in a user namespace in which root's files belong to
// nobody, or as that user outright where namespaces are not allowed. Nothing here goes through a shell.

/** How PostgreSQL's programs are started on this machine and on this data folder. */
export interface Launcher {
  /** Who must own the data folder; null: whoever runs this process. */
  readonly owner: Owner | null;
  /** Runs a program to its end; throws with what it printed. */
  run(program: string, words: readonly string[]): Promise<void>;
  /** Starts the server in a process group of its own, so that Ctrl-C reaches only Node. */
  start(words: readonly string[], start: StartOptions): ChildProcess;
}

export interface StartOptions {
  /** File descriptor for everything the server prints. */
  readonly logFile: number;
  /** The server is to end when this process ends, however it ends; only Linux can. */
  readonly endsWithProcess: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Chooses by the owner of the cluster's folder, when it exists, then by what works here. Throws EmbeddedError. */
export async function chooseLauncher(binaries: Binaries, clusterFolder: string): Promise<Launcher> {
  const ways = await toWays(clusterFolder);
  let failure = '';
  for (const way of ways) {
    try {
      await runWay(way, binaries, binaries.postgres, ['--version']);
      return await toLauncher(way, binaries);
    } catch (error) {
      failure += `\n  ${[...way.prefix, binaries.postgres].join(' ')}: ${toReason(error)}`;
    }
  }
  throw new EmbeddedError(
    `The embedded PostgreSQL does not run on this machine.${failure}\n${USE_OWN_SERVER}${process.getuid?.() === 0 ? ', or start MailTracker as a normal user' : ''}.`,
  );
}

interface Way {
  readonly prefix: readonly string[];
  readonly owner: Owner | null;
}

const PLAIN: Way = { prefix: [], owner: null };
/** The user that owns nothing, present on every Unix. */
const NOBODY: Owner = { uid: 65_534, gid: 65_534 };
const AS_NOBODY: Way = { prefix: [], owner: NOBODY };
const IN_NAMESPACE: Way = {
  prefix: ['unshare', '--user', `--map-user=${NOBODY.uid}`, `--map-group=${NOBODY.gid}`, '--'],
  owner: null,
};
/** Inside the namespace, so that the signal is the postmaster's. SIGINT is PostgreSQL's fast and clean shutdown. */
const ENDS_WITH_PARENT = ['setpriv', '--pdeathsig', 'INT', '--'];
const RUN_MS_MAX = 120_000;
const OUTPUT_BYTES_MAX = 1_048_576;

async function toWays(clusterFolder: string): Promise<readonly Way[]> {
  if (process.getuid?.() !== 0) return [PLAIN];
  const found = await stat(clusterFolder).catch(() => null);
  if (found === null) return [IN_NAMESPACE, AS_NOBODY];
  return found.uid === 0 ? [IN_NAMESPACE] : [{ prefix: [], owner: { uid: found.uid, gid: found.gid } }];
}

async function toLauncher(way: Way, binaries: Binaries): Promise<Launcher> {
  const bound: Way = { ...way, prefix: [...way.prefix, ...ENDS_WITH_PARENT] };
  const canBind = await runWay(bound, binaries, binaries.postgres, ['--version']).then(
    () => true,
    () => false,
  );
  return {
    owner: way.owner,
    run: (program, words) => runWay(way, binaries, program, words),
    start: (words, { logFile, endsWithProcess, environment }) => {
      const { prefix, owner } = endsWithProcess && canBind ? bound : way;
      const [program, ...rest] = [...prefix, binaries.postgres, ...words];
      return spawn(program ?? binaries.postgres, rest, {
        ...owner,
        cwd: '/',
        env: { ...binaries.environment, ...environment },
        detached: true,
        windowsHide: true,
        stdio: ['ignore', logFile, logFile],
      });
    },
  };
}

async function runWay(way: Way, binaries: Binaries, program: string, words: readonly string[]): Promise<void> {
  const [first, ...rest] = [...way.prefix, program, ...words];
  await promisify(execFile)(first ?? program, rest, {
    ...way.owner,
    cwd: '/',
    env: binaries.environment,
    timeout: RUN_MS_MAX,
    maxBuffer: OUTPUT_BYTES_MAX,
    windowsHide: true,
  });
}

/** What the program printed, or why it could not be run at all. */
export function toReason(error: unknown): string {
  const printed = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  if (printed !== '') return printed.slice(-REASON_CHARS_MAX);
  return error instanceof Error ? error.message : String(error);
}

const REASON_CHARS_MAX = 2_000;

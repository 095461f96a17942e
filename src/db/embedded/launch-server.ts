import { once } from 'node:events';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Launcher } from './choose-launcher.ts';

/** One attempt to start the server on a cluster's folder. It may lose against another process's attempt. */
export interface Launch {
  readonly port: number;
  /** Null while the process runs; then what it said. */
  failure(): Promise<LaunchFailure | null>;
}

export interface LaunchFailure {
  readonly said: string;
  /** Another process holds the folder or the port: worth looking again. */
  readonly isPassing: boolean;
}

export interface LaunchOptions {
  readonly folder: string;
  readonly launcher: Launcher;
  /** Null: the port of the last start, when it is free, or any other. */
  readonly port: number | null;
  /** Further `name=value` settings of the server. */
  readonly settings: readonly string[];
  readonly endsWithProcess: boolean;
  /** The process number in a lock file that no server holds. */
  readonly stalePid: number | null;
}

/** Starts the server detached; whether it is ready is told by postmaster.pid, since it may be anybody's. */
export async function launchServer(options: LaunchOptions): Promise<Launch> {
  const port = options.port ?? (await findPort(options.folder));
  const logPath = `${options.folder}.log`;
  await rotateLog(logPath);
  const log = await open(logPath, 'a', 0o600);
  const logStart = (await log.stat()).size;
  const child = options.launcher.start(toWords(options, port), {
    logFile: log.fd,
    endsWithProcess: options.endsWithProcess,
    environment: toLockEnvironment(options.stalePid),
  });
  let spawnError: string | null = null;
  child.once('error', (error) => {
    spawnError = error.message;
  });
  child.unref();
  await log.close();
  return {
    port,
    failure: async () => {
      if (spawnError !== null) return { said: spawnError, isPassing: false };
      if (child.exitCode === null && child.signalCode === null) return null;
      const said = (await readFile(logPath)).subarray(logStart).toString('utf8').trim().slice(-SAID_CHARS_MAX);
      return { said: said || `it ended with ${child.exitCode ?? child.signalCode}`, isPassing: PASSING.test(said) };
    },
  };
}

/** The log says little: no statements, no values, only starts, stops and grave faults. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'timezone=UTC',
  'log_timezone=UTC',
  'random_page_cost=1.1',
  'log_min_messages=log',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
  'log_checkpoints=off',
];
const PASSING = /postmaster\.pid|shared memory block|[Aa]ddress already in use|could not (bind|create any TCP\/IP)/;
const SAID_CHARS_MAX = 2_000;
const LOG_BYTES_MAX = 1_048_576;

function toWords(options: LaunchOptions, port: number): readonly string[] {
  const settings = [...SETTINGS, ...options.settings];
  return ['-D', options.folder, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
}

/**
 * PostgreSQL refuses a lock file whose number is any living process, unless that is its own parent or grandparent.
 * Naming the impostor as the grandparent lets PostgreSQL itself decide, with its own checks, instead of our deleting
 * a file that another start may have just written.
 */
function toLockEnvironment(stalePid: number | null): Record<string, string> {
  return stalePid === null ? {} : { PG_GRANDPARENT_PID: String(stalePid) };
}

async function rotateLog(path: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_BYTES_MAX) await rename(path, `${path}.old`).catch(() => undefined);
}

/** The last port again, so that the address a still running process knows stays right. */
async function findPort(folder: string): Promise<number> {
  const lastOptions = await readFile(join(folder, 'postmaster.opts'), 'utf8').catch(() => '');
  const last = Number(/"-p" "(\d+)"/.exec(lastOptions)?.[1] ?? 0);
  return (await tryPort(last)) ?? (await tryPort(0)) ?? last;
}

async function tryPort(port: number): Promise<number | null> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return address !== null && typeof address === 'object' ? address.port : null;
  } catch {
    return null;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

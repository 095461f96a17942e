import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The built server as a child process, the way a user runs it, on a free port with a data folder of its own. */
export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly pid: number;
  /** Everything it printed on both streams so far. */
  output(): string;
  /** SIGKILL, as a power cut would: nothing is told to the process. */
  kill(): Promise<void>;
  /** SIGTERM and wait; answers the exit code. */
  stop(): Promise<number | null>;
}

export interface ServerOptions {
  readonly dataDir?: string;
  readonly port?: number;
  readonly env?: Record<string, string>;
  /** Behind `serve`, such as --role web. */
  readonly words?: readonly string[];
  /** Answers once it listens, also without its database; otherwise once it can do all of its work. */
  readonly isReadyWhenAlive?: boolean;
}

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
/** The long fault suite kills it hundreds of times, on machines that have other work. */
const START_MS_MAX = process.env.FAULTS === 'long' ? 120_000 : 30_000;

export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const dataDir = options.dataDir ?? (await makeTempFolder());
  const port = options.port ?? (await findFreePort());
  const child = spawn(process.execPath, [MAIN, 'serve', ...(options.words ?? [])], {
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'info',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(child, `${url}${options.isReadyWhenAlive ? '/api/t/health' : '/readyz'}`, () => output);
  return {
    url,
    port,
    dataDir,
    pid: child.pid ?? 0,
    output: () => output,
    kill: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      return child.exitCode;
    },
  };
}

async function waitUntilReady(child: ChildProcess, url: string, output: () => string): Promise<void> {
  const deadline = Date.now() + START_MS_MAX;
  while (Date.now() < deadline) {
    const ended = child.exitCode ?? child.signalCode;
    if (ended !== null) throw new Error(`the server ended with ${ended}:\n${output()}`);
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  child.kill('SIGKILL');
  throw new Error(`the server was not ready within ${START_MS_MAX} ms:\n${output()}`);
}

export async function makeTempFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'mailtracker-test-'));
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Asks again until `read` answers something; throws with the last state after `msMax`. */
export async function waitFor<T>(read: () => Promise<T | null | false>, what: string, msMax = 15_000): Promise<T> {
  const deadline = Date.now() + msMax;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await read();
      if (value !== null && value !== false) return value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited ${msMax} ms for ${what}${last instanceof Error ? `: ${last.message}` : ''}`);
}

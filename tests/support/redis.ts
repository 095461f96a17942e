import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, waitFor } from './running-server.ts';
import { unpackPackages } from './unpack-packages.ts';

// A real Redis: the system's, or Debian's packages unpacked into node_modules/.cache, which needs no rights.

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** SIGKILL: what it had not written to its file is gone. */
  kill(): Promise<void>;
  /** On the same port and folder, after a kill. */
  start(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** On a port and in a folder of its own. `words`: more of redis-server's options. */
export async function startRedis(words: readonly string[] = []): Promise<TestRedis> {
  const binary = await findRedis();
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-redis-'));
  const port = await findFreePort();
  let child: ChildProcess | null = null;
  const isAlive = (): boolean => child !== null && child.exitCode === null && child.signalCode === null;
  const kill = async (): Promise<void> => {
    if (child === null || !isAlive()) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const start = async (): Promise<void> => {
    // A second one beside it would take its place here, and nobody would end the first.
    if (isAlive()) return;
    const settings = ['--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes'];
    child = spawn(binary.path, ['--port', String(port), ...settings, ...words], { env: binary.env, stdio: 'ignore' });
    await waitFor(() => isAnswering(port), 'Redis to answer');
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return child?.pid ?? 0;
    },
    kill,
    start,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async stop() {
      child?.kill('SIGCONT');
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isAnswering(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(500, () => socket.destroy());
    socket.on('data', (bytes) => {
      resolve(bytes.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.on('error', () => resolve(false)).on('close', () => resolve(false));
  });
}

const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];

/** What `redis-server` is called here, and the environment it needs. Throws with what to install. */
export async function findRedis(): Promise<{ path: string; env: NodeJS.ProcessEnv }> {
  const installed = (process.env.PATH ?? '').split(':').map((folder) => join(folder, 'redis-server'));
  const system = installed.find((path) => existsSync(path));
  if (system !== undefined) return { path: system, env: process.env };
  // In the package redis-server is an absolute link to this file, which tells by its name what it is.
  const { root, env } = await unpackPackages('redis', PACKAGES, 'usr/bin/redis-check-rdb');
  return { path: join(root, 'usr/bin/redis-server'), env };
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort, waitFor } from './running-server.ts';

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
  const kill = async (): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const start = async (): Promise<void> => {
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

const run = promisify(execFile);
const CACHE = new URL('../../node_modules/.cache/mailtracker/redis', import.meta.url).pathname;
const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];

/** What `redis-server` is called here, and the environment it needs. Throws with what to install. */
export async function findRedis(): Promise<{ path: string; env: NodeJS.ProcessEnv }> {
  const installed = (process.env.PATH ?? '').split(':').map((folder) => join(folder, 'redis-server'));
  const system = installed.find((path) => existsSync(path));
  if (system !== undefined) return { path: system, env: process.env };
  if (!existsSync(join(CACHE, 'usr/bin/redis-check-rdb'))) await unpackRedis();
  const folder = join(CACHE, 'usr/lib');
  const libraries = (await readdir(folder))
    .filter((name) => name.includes('-linux-'))
    .map((name) => join(folder, name));
  // In the package redis-server is an absolute link to this file, which tells by its name what it is.
  return {
    path: join(CACHE, 'usr/bin/redis-server'),
    env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') },
  };
}

async function unpackRedis(): Promise<void> {
  const aside = await mkdtemp(join(tmpdir(), 'mailtracker-redis-packages-'));
  try {
    await downloadPackages(aside);
    const root = join(aside, 'root');
    await mkdir(root);
    for (const name of await readdir(aside)) {
      if (name.endsWith('.deb')) await run('dpkg', ['-x', join(aside, name), root]);
    }
    await mkdir(join(CACHE, '..'), { recursive: true });
    await run('cp', ['-a', root, `${CACHE}.${process.pid}`]);
    // Of two that come at once one wins; both have the same files.
    await rename(`${CACHE}.${process.pid}`, CACHE).catch(() => rm(`${CACHE}.${process.pid}`, { recursive: true }));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`The tests need redis-server, and Debian's packages could not be had: install it. ${said}`);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function downloadPackages(folder: string): Promise<void> {
  const download = () => run('apt-get', ['download', ...PACKAGES], { cwd: folder });
  await download().catch(async () => {
    // A fresh container has no package lists yet; only root may fetch them.
    await run('apt-get', ['update']);
    await download();
  });
}

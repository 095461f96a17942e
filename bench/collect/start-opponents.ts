import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

// What stands beside our collector in a run: nginx that answers an empty GIF and writes an access log, and a bare
// node:http that does nothing else than answer.

export interface Opponent {
  readonly name: string;
  readonly port: number;
  /** The process that answers. */
  readonly pid: number;
  stop(): Promise<void>;
}

export interface Place {
  readonly folder: string;
  readonly port: number;
  /** The core that every server is pinned to, or cores such as 0-1. */
  readonly core: number | string;
}

export function hasNginx(): boolean {
  return existsSync(NGINX);
}

const NGINX = '/usr/sbin/nginx';

/** One worker, the access log on, as Debian sets it; only the port and the folder are ours. */
export async function startNginx({ folder, port, core }: Place): Promise<Opponent> {
  await mkdir(folder, { recursive: true });
  const pidFile = join(folder, 'nginx.pid');
  await writeFile(join(folder, 'nginx.conf'), toNginxConfig(folder, port, pidFile));
  const child = spawn('taskset', ['-c', String(core), NGINX, '-c', join(folder, 'nginx.conf'), '-p', folder], {
    stdio: 'ignore',
  });
  await waitForPort(port);
  return { name: 'nginx', port, pid: await readWorkerPid(pidFile), stop: () => stop(child) };
}

/** It listens before it has written its own pid, and before the worker is there. */
async function readWorkerPid(pidFile: string): Promise<number> {
  for (const endsAt = Date.now() + START_MS_MAX; Date.now() < endsAt; ) {
    const master = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
    const children = master > 0 ? readFileSync(`/proc/${master}/task/${master}/children`, 'utf8') : '';
    const worker = Number(children.trim().split(' ')[0]);
    if (worker > 0) return worker;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nginx has no worker after ${START_MS_MAX} ms`);
}

function toNginxConfig(folder: string, port: number, pidFile: string): string {
  return `daemon off; worker_processes 1; pid ${pidFile}; error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log ${folder}/access.log combined;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  keepalive_requests 100000000; keepalive_timeout 300s;
  server { listen 127.0.0.1:${port}; location / { empty_gif; } }
}
`;
}

const BARE_SERVER = `
const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const headers = { 'content-type': 'image/gif', 'content-length': gif.length, 'cache-control': 'no-store' };
require('node:http').createServer({ keepAliveTimeout: 300000 }, (request, response) => {
  response.writeHead(200, headers).end(gif);
}).listen(Number(process.argv[1]), '127.0.0.1');`;

export async function startBareNode({ port, core }: Place, node: string): Promise<Opponent> {
  const child = spawn('taskset', ['-c', String(core), node, '-e', BARE_SERVER, String(port)], { stdio: 'ignore' });
  await waitForPort(port);
  return { name: 'bare node:http', port, pid: child.pid ?? 0, stop: () => stop(child) };
}

export async function waitForPort(port: number): Promise<void> {
  const endsAt = Date.now() + START_MS_MAX;
  while (!(await isOpen(port))) {
    if (Date.now() > endsAt) throw new Error(`nothing listens on port ${port} after ${START_MS_MAX} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Of a MailTracker: also its database and today's visitor key are there. */
export async function waitUntilReady(port: number): Promise<void> {
  const endsAt = Date.now() + START_MS_MAX;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > endsAt) throw new Error(`not ready after ${START_MS_MAX} ms: ${await answer?.text()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const START_MS_MAX = 60_000;

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** taskset becomes the program it starts: the child's pid is the server's. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

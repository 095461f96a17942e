import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** The built product as a process of its own. */
export interface BuiltServer {
  readonly url: string;
  readonly pid: number;
  /** From its start until /readyz said so. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const READY_MS_MAX = 60_000;
const POLL_MS = 5;
/** Hits of few addresses and pixels are no flood here. */
const LIMIT_OFF = '1000000';

/** `npm run build` must have made dist/. X-Forwarded-For of this machine is believed, limits are out of the way. */
export async function startBuiltServer(
  dataDir: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<BuiltServer> {
  if (!existsSync(MAIN)) throw new Error('dist/ is not there: npm run build makes it');
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    PORT: String(port),
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    TRUST_PROXY: '127.0.0.1/32',
    IP_LIMIT_PER_MINUTE: LIMIT_OFF,
    PIXEL_LIMIT_PER_MINUTE: LIMIT_OFF,
    LOG_LEVEL: 'silent',
    NODE_ENV: 'production',
    ...environment,
  };
  const startedAt = performance.now();
  const child = spawn(process.execPath, [MAIN, 'serve'], { env, stdio: 'ignore' });
  await waitUntilReady(child, url);
  const readyMs = performance.now() - startedAt;
  return { url, pid: child.pid ?? 0, readyMs, stop: () => stop(child) };
}

async function waitUntilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + READY_MS_MAX;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  child.kill('SIGKILL');
  throw new Error(`the server was not ready within ${READY_MS_MAX} ms`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

export async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

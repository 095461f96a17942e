import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface DelivererProcess {
  readonly pid: number;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const CHILD = fileURLToPath(new URL('./deliverer-child.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A deliverer in a process of its own, which may be killed. Answers once its loops run. */
export async function startDelivererProcess(
  url: string,
  { timeoutMs, leaseMs }: { timeoutMs: number; leaseMs: number },
): Promise<DelivererProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, url, String(timeoutMs), String(leaseMs)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  const end = (signal: 'SIGKILL' | 'SIGTERM') => async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return { pid: child.pid ?? 0, kill: end('SIGKILL'), stop: end('SIGTERM') };
}

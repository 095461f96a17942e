import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { EmbeddedOptions } from '../../src/db/embedded/start-embedded.ts';

/** A Node process of its own that uses the embedded PostgreSQL of a data folder. */
export interface EmbeddedProcess {
  /** The server's address, or what it failed with. */
  readonly answer: { readonly url: string } | { readonly error: string };
  /** SIGKILL: nothing is told to the process. */
  kill(): Promise<void>;
  /** Gives the server back and ends. */
  stop(): Promise<void>;
}

export interface EmbeddedProcessOptions extends EmbeddedOptions {
  /** Run Node as a user who is not root; as whoever runs the tests when they are not root either. */
  readonly isNonRoot?: boolean;
}

const CHILD = fileURLToPath(new URL('./embedded-child.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export async function startEmbeddedProcess(
  dataDir: string,
  { isNonRoot = false, ...options }: EmbeddedProcessOptions = {},
): Promise<EmbeddedProcess> {
  const words = ['--import', 'tsx', CHILD, JSON.stringify({ dataDir, ...options })];
  const [program = process.execPath, ...rest] = [...(isNonRoot ? NON_ROOT : []), process.execPath, ...words];
  const child = spawn(program, rest, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  const answer = await readAnswer(child);
  return {
    answer,
    kill: async () => {
      child.kill('SIGKILL');
      await ended(child);
    },
    stop: async () => {
      if (child.exitCode === null) child.stdin.write('\n');
      await ended(child);
    },
  };
}

/** A namespace in which this user has another number: not root, and still the owner of its files. */
const NON_ROOT =
  process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] : ([] as string[]);

/** False where the machine has no user namespaces and the tests run as root. */
export const canRunNonRoot =
  NON_ROOT.length === 0 || spawnSync(NON_ROOT[0] ?? '', [...NON_ROOT.slice(1), 'true']).status === 0;

async function readAnswer(child: ChildProcess): Promise<EmbeddedProcess['answer']> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes('\n')) return JSON.parse(text);
  }
  throw new Error(`the process ended without an answer: ${text}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

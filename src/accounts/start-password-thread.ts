import type { Worker } from 'node:worker_threads';
import { startThread } from '../kit/start-thread.ts';
import type { PasswordAnswer, PasswordJob } from './password-thread.ts';

/** Main's end of a thread that hashes passwords. One thing at a time: `createPasswords` sees to it. */
export interface PasswordThread {
  /** PHC text of argon2id. */
  hash(password: string): Promise<string>;
  /** Throws on a text that is no hash. */
  verify(hashed: string, password: string): Promise<boolean>;
  /** Ends it, and refuses what is under way. The next job starts it again. */
  end(): Promise<void>;
}

/**
 * The thread itself starts with its first job, in some 50 ms, and takes 7 MB from then on. It keeps no process alive
 * that has nothing else to do.
 */
export function startPasswordThread(): PasswordThread {
  let worker: Worker | null = null;

  async function ask(job: PasswordJob): Promise<string | boolean> {
    worker ??= start();
    const answer = await askOnce(worker, job);
    if ('error' in answer) throw new Error(answer.error);
    return answer.result;
  }

  function start(): Worker {
    const made = startThread(ENTRY, null);
    made.on('exit', () => {
      if (worker === made) worker = null;
    });
    return made;
  }

  return {
    hash: async (password) => String(await ask({ password })),
    verify: async (hashed, password) => (await ask({ hashed, password })) === true,
    end: async () => void (await worker?.terminate()),
  };
}

const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './password-thread.ts' : './password-thread.js',
  import.meta.url,
);

function askOnce(worker: Worker, job: PasswordJob): Promise<PasswordAnswer> {
  return new Promise((resolve) => {
    const settle = (answer: PasswordAnswer): void => {
      worker.off('message', settle).off('error', fail).off('exit', leave);
      worker.unref();
      resolve(answer);
    };
    const fail = (error: Error): void => settle({ error: `the thread that hashes passwords failed: ${error.message}` });
    const leave = (): void => settle({ error: 'the thread that hashes passwords ended' });
    worker.on('message', settle).on('error', fail).on('exit', leave);
    worker.ref();
    worker.postMessage(job);
  });
}

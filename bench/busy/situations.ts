import { randomBytes } from 'node:crypto';
import { listFamily } from '../flow/pinned-processes.ts';

/** What else goes on while pixels are answered. */
export interface Situation {
  readonly name: string;
  /** Answers how it ends. */
  begin(installation: { readonly url: string; readonly postmasterPid: number }): Promise<() => Promise<void>>;
}

const HASHES_IN_FLIGHT = 4;

export const SITUATIONS: readonly Situation[] = [
  { name: 'busy', begin: async () => async () => {} },
  { name: 'hashes', begin: async ({ url }) => keepHashing(url) },
  { name: 'database frozen', begin: async ({ postmasterPid }) => freeze(postmasterPid) },
  {
    name: 'database killed',
    begin: async ({ postmasterPid }) => {
      process.kill(postmasterPid, 'SIGKILL');
      return async () => {};
    },
  },
];

/** Wrong passwords of strangers, each of whom costs a hash as a right one does; always some under way. */
function keepHashing(url: string): () => Promise<void> {
  let isOver = false;
  const keepOne = async (): Promise<void> => {
    while (!isOver) {
      const [a = 0, b = 0, c = 0] = randomBytes(3);
      const headers = { 'content-type': 'application/json', origin: url, 'x-forwarded-for': `10.${a}.${b}.${c}` };
      const body = JSON.stringify({ email: `${randomBytes(8).toString('hex')}@example.com`, password: 'not this one' });
      const answer = await fetch(`${url}/api/auth/sign-in/email`, { method: 'POST', headers, body }).catch(() => null);
      await answer?.arrayBuffer();
      if (answer !== null && answer.status !== 401) throw new Error(`a wrong password was answered ${answer.status}`);
    }
  };
  const keeping = Promise.all(Array.from({ length: HASHES_IN_FLIGHT }, keepOne));
  return async () => {
    isOver = true;
    await keeping;
  };
}

function freeze(pid: number): () => Promise<void> {
  const family = listFamily(pid);
  const tell = (signal: NodeJS.Signals): void => {
    for (const one of family) {
      try {
        process.kill(one, signal);
      } catch {
        // It ended meanwhile.
      }
    }
  };
  tell('SIGSTOP');
  return async () => tell('SIGCONT');
}

import { availableParallelism } from 'node:os';
import { AccountError } from './account-error.ts';
import { type PasswordThread, startPasswordThread } from './start-password-thread.ts';

/**
 * Hashing of passwords, at most `RUNNING_MAX` at a time in one process: each takes 12 MiB and a core for 5 to 50 ms.
 * Pixels come first: hashes run in threads of low priority, never on libuv's pool, and a turn is followed by a rest.
 */
export interface Passwords {
  /** PHC text of argon2id. Throws AccountError too_busy when the queue is full. */
  hash(password: string): Promise<string>;
  verify(hashed: string, password: string): Promise<boolean>;
  /** The most hashes that ever ran at once, how many ran, and how long they took together: for tests and metrics. */
  figures(): { readonly runningPeak: number; readonly done: number; readonly workedMs: number };
}

/** A core is left to pixels and the database wherever there are two; more than two slowed every answer in a trial. */
export const RUNNING_MAX = Math.max(1, Math.min(2, availableParallelism() - 1));
/** A whole team's first sign-in at once; the last waits 2 to 10 s where one core hashes. Later ones are told to try again. */
export const WAITING_MAX = 64;
/**
 * After a turn its thread rests four times as long, `REST_MS_MAX` at most: a crowd at the door has a fifth of a core, and
 * the 3 ms that the rest of each sign-in takes come as seldom. Nobody waits for the rest of a turn of their own.
 */
export const REST_TURNS = 4;
export const REST_MS_MAX = 100;

export function createPasswords(): Passwords {
  const free = Array.from({ length: RUNNING_MAX }, startPasswordThread);
  const waiting: ((thread: PasswordThread) => void)[] = [];
  let running = 0;
  const figures = { runningPeak: 0, done: 0, workedMs: 0 };

  async function inTurn<T>(work: (thread: PasswordThread) => Promise<T>): Promise<T> {
    const thread = free.pop() ?? (await waitForThread());
    running += 1;
    figures.runningPeak = Math.max(figures.runningPeak, running);
    const startedAt = performance.now();
    try {
      return await work(thread);
    } finally {
      const tookMs = performance.now() - startedAt;
      running -= 1;
      figures.done += 1;
      figures.workedMs += tookMs;
      setTimeout(() => pass(thread), Math.min(REST_TURNS * tookMs, REST_MS_MAX));
    }
  }

  async function waitForThread(): Promise<PasswordThread> {
    if (running + waiting.length >= RUNNING_MAX + WAITING_MAX)
      throw new AccountError('too_busy', 'Too many sign-ins at once. Try again shortly.');
    return new Promise((resolve) => waiting.push(resolve));
  }

  function pass(thread: PasswordThread): void {
    const next = waiting.shift();
    if (next) next(thread);
    else free.push(thread);
  }

  return {
    hash: (password) => inTurn((thread) => thread.hash(password.normalize('NFKC'))),
    verify: (hashed, password) => inTurn((thread) => thread.verify(hashed, password.normalize('NFKC'))),
    figures: () => ({ ...figures }),
  };
}

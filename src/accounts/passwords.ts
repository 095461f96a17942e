import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { AccountError } from './account-error.ts';

/** Hashing of passwords, at most `RUNNING_MAX` at a time in one process: each takes 46 MiB and a core for 0.1 s. */
export interface Passwords {
  /** PHC text of argon2id. Throws AccountError too_busy when the queue is full. */
  hash(password: string): Promise<string>;
  verify(hashed: string, password: string): Promise<boolean>;
  /** The most hashes that ever ran at once, and how many ran: for tests and metrics. */
  figures(): { readonly runningPeak: number; readonly done: number };
}

/** A core is left to pixels and the database wherever there are two; more than two slowed every answer in a trial. */
export const RUNNING_MAX = Math.max(1, Math.min(2, availableParallelism() - 1));
/** A whole team's first sign-in at once; the last waits about 7 s where one core hashes. Later ones are told to try again. */
export const WAITING_MAX = 64;

/** OWASP ASVS 5.0, 11.4.2: argon2id with t=1, m=47104 KiB, p=1. The library's default algorithm is argon2id. */
const ARGON2 = { timeCost: 1, memoryCost: 47_104, parallelism: 1 } as const;

export function createPasswords(): Passwords {
  const waiting: (() => void)[] = [];
  let running = 0;
  let runningPeak = 0;
  let done = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= RUNNING_MAX) {
      if (waiting.length >= WAITING_MAX)
        throw new AccountError('too_busy', 'Too many sign-ins at once. Try again shortly.');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    runningPeak = Math.max(runningPeak, running);
    try {
      return await work();
    } finally {
      done += 1;
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  }

  return {
    hash: (password) => inTurn(() => hash(password.normalize('NFKC'), ARGON2)),
    verify: (hashed, password) => inTurn(() => verify(hashed, password.normalize('NFKC'))),
    figures: () => ({ runningPeak, done }),
  };
}

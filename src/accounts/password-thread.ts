import { type MessagePort, parentPort } from 'node:worker_threads';
import { hashSync, verifySync } from '@node-rs/argon2';
import { lowerPriority } from '../kit/lower-priority.ts';

// The thread that hashes passwords: a job comes in, its answer goes out. What must never happen: a hash on libuv's pool,
// which file access shares, or before a pixel in the line for a core.

/** With `hashed` it is to verify, without it to hash. The password is in NFKC. */
export interface PasswordJob {
  readonly hashed?: string;
  readonly password: string;
}

export type PasswordAnswer = { readonly result: string | boolean } | { readonly error: string };

/**
 * OWASP ASVS 5.0, appendix C: argon2id with p=1 and t=1 of 46 MiB, t=2 of 19 or t=3 and more of 12. Four passes over
 * 12 MiB are as much memory over time as one over 46, and on a virtual machine that gives freed memory back to its host
 * the first hash after a pause takes 5 ms, not 33 to 89 in which its core stands still (decision 19).
 */
const ARGON2 = { timeCost: 4, memoryCost: 12_288, parallelism: 1 } as const;
/** Than the thread of the screens that starts it: a hash gets a tenth of a core beside it where it never waits. */
const NICER_BY = 10;

if (parentPort !== null) run(parentPort);

function run(port: MessagePort): void {
  lowerPriority(NICER_BY);
  port.on('message', (job: PasswordJob) => port.postMessage(answer(job)));
}

function answer({ hashed, password }: PasswordJob): PasswordAnswer {
  try {
    return { result: hashed === undefined ? hashSync(password, ARGON2) : verifySync(hashed, password) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

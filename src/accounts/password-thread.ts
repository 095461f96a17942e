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

/** OWASP ASVS 5.0, 11.4.2: argon2id with t=1, m=47104 KiB, p=1. The library's default algorithm is argon2id. */
const ARGON2 = { timeCost: 1, memoryCost: 47_104, parallelism: 1 } as const;
/** As the thread that processes: a hash gets a tenth of a core beside a thread that never waits. 19 gained nothing more. */
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

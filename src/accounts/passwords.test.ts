import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { isCommonPassword } from './common-passwords.ts';
import { createPasswords, REST_MS_MAX, REST_TURNS, RUNNING_MAX, WAITING_MAX } from './passwords.ts';

const isLinux = process.platform === 'linux';

test('one core less than there are, and at most 2, hash passwords at a time, and everyone in the queue gets a turn', async () => {
  const passwords = createPasswords();
  const hashes = await Promise.all(Array.from({ length: 9 }, (_, index) => passwords.hash(`a password ${index}`)));
  expect(new Set(hashes).size).toBe(9);
  const runningPeak = Math.min(2, Math.max(1, availableParallelism() - 1));
  expect(passwords.figures()).toMatchObject({ runningPeak, done: 9 });
});

test('a crowd has a fifth of each hashing core: a turn is followed by a rest four times as long', async () => {
  const passwords = createPasswords();
  const startedAt = performance.now();
  const workedMs: number[] = [];
  const hashOne = async (): Promise<void> => {
    await passwords.hash('a password');
    workedMs.push(passwords.figures().workedMs);
  };
  await Promise.all(Array.from({ length: 5 * RUNNING_MAX }, hashOne));
  const elapsedMs = performance.now() - startedAt;
  const turns = workedMs.map((ms, nth) => ms - (workedMs[nth - 1] ?? 0));
  // Of each thread's last turn nobody waits for the rest. A timer may be 1 ms early.
  const restsMs = turns.slice(0, -RUNNING_MAX).reduce((sum, ms) => sum + Math.min(REST_TURNS * ms, REST_MS_MAX) - 1, 0);
  expect(elapsedMs).toBeGreaterThan((passwords.figures().workedMs + restsMs) / RUNNING_MAX);
});

test.runIf(isLinux)('a thread that hashes stands behind those that answer, in the line for a core', async () => {
  await createPasswords().hash('a password');
  expect(readNicenesses()).toContain(10);
});

/** Of all threads of this process: the 19th field of their stat, the 17th after the name. */
function readNicenesses(): number[] {
  return readdirSync('/proc/self/task').map((id) => {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
}

test('whoever comes when the queue is full is refused at once, and the others are served', async () => {
  const passwords = createPasswords();
  const stored = await passwords.hash('a password');
  const crowd = Array.from({ length: RUNNING_MAX + WAITING_MAX }, () => passwords.verify(stored, 'a password'));
  await expect(passwords.verify(stored, 'a password')).rejects.toMatchObject({ code: 'too_busy' });
  expect((await Promise.all(crowd)).every(Boolean)).toBe(true);
  await expect(passwords.verify(stored, 'a password')).resolves.toBe(true);
}, 60_000);

test('a hash that fails gives its turn to the next one', async () => {
  const passwords = createPasswords();
  const stored = await passwords.hash('a password');
  const broken = Array.from({ length: 4 }, () => passwords.verify('not a hash', 'a password'));
  const good = passwords.verify(stored, 'a password');
  expect((await Promise.allSettled(broken)).every((result) => result.status === 'rejected')).toBe(true);
  await expect(good).resolves.toBe(true);
});

test('only the right password verifies, in whichever Unicode form it was typed', async () => {
  const passwords = createPasswords();
  const stored = await passwords.hash('Zoë likes ladders');
  await expect(passwords.verify(stored, 'Zoe\u0308 likes ladders')).resolves.toBe(true);
  await expect(passwords.verify(stored, 'Zoe likes ladders')).resolves.toBe(false);
});

test.each([
  'password',
  'PASSWORD',
  'Password1',
  'p@ssw0rd',
  'Passw0rd2026!',
  'welcome123',
  '12345678',
  '87654321',
  '1234567890',
  'qwertyui',
  'asdfghjk',
  'iuytrewq',
  'abcdefgh',
  'aaaaaaaa',
  'abababab',
  '1q2w3e4r',
  'iloveyou',
  'letmein!!',
  '!football!',
  'sunshine99',
  'passpass',
  'Summer2025!',
])('%s is common', (password) => expect(isCommonPassword(password)).toBe(true));

test.each([
  'correct horse battery staple',
  'nine walnut ladders',
  'xK9#mP2$vL',
  'passwordless is the future',
  'tr0ub4dor and three',
  'my dragon eats trains',
  'abcdefgh-and-then-some',
  '8f3k-2lq9-zz01',
])('%s is not common', (password) => expect(isCommonPassword(password)).toBe(false));

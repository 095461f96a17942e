import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Held by one process at a time; `release` may be called once. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Locks a folder for this process. A lock whose process has ended, kill -9 included, is taken over; a process that
 * merely got the same number since is told apart by its start time (Linux). Throws SpoolLockedError otherwise. It
 * cannot see processes of another machine or container that share the folder.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, NAME);
  const own = join(folder, `${NAME}.${randomUUID()}`);
  await writeFile(own, toHolderText(process.pid), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      if (await tryLink(own, path)) return { release: () => unlink(path) };
      const text = await readFile(path, 'latin1').catch(() => null);
      if (text === null) continue;
      if (isHeld(text)) throw new SpoolLockedError(folder, toPid(text));
      await removeStale(path, text);
    }
    throw new SpoolLockedError(folder, 0);
  } finally {
    await unlink(own);
  }
}

export class SpoolLockedError extends Error {
  constructor(folder: string, pid: number) {
    super(
      `The spool folder ${folder} is in use by process ${pid}: another MailTracker runs with this data folder. Stop it first, or set DATA_DIR to another folder.`,
    );
  }
}

const NAME = 'lock';
/** Each failed attempt means that another process took or freed the lock in between. */
const ATTEMPTS_MAX = 10;

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two that find the same stale lock must not remove each other's new one: what was moved away is looked at again. */
async function removeStale(path: string, staleText: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await readFile(aside, 'latin1')) !== staleText) await tryLink(aside, path);
  await unlink(aside);
}

/** "pid start", the start in clock ticks since boot and the boot's id where the system tells them. */
function toHolderText(pid: number): string {
  return `${pid} ${readStart(pid)}\n`;
}

function isHeld(text: string): boolean {
  const pid = toPid(text);
  if (pid <= 0 || !isAlive(pid)) return false;
  return text === toHolderText(pid);
}

function toPid(text: string): number {
  return Number(/^(\d+) /.exec(text)?.[1] ?? 0);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readStart(pid: number): string {
  if (process.platform !== 'linux') return '-';
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // State and start are fields 3 and 22; the second one is the program's name, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields[0] === 'Z' ? 'ended' : (fields[19] ?? '-');
    return `${ticks} ${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}`;
  } catch {
    return '-';
  }
}

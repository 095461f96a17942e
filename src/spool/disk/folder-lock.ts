import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Held by one process at a time; `release` may be called once. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Locks a folder for this process. Each contender leaves a file whose unique name says who it is, then looks for
 * others: a live one makes it withdraw, a dead one's file is removed. Of two that come at once the later looker sees
 * the other, and a unique name can never be removed in mistake for another's. A process that was killed, or whose
 * number now belongs to another one (Linux tells by the start time), holds nothing. Processes of another machine or
 * container that share the folder are not seen. Throws SpoolLockedError.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  let holder = 0;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * RETRY_MS_MAX));
    const name = `${PREFIX}${toHolder(process.pid)}.${randomUUID()}`;
    const path = join(folder, name);
    await writeFile(path, '', { flag: 'wx', mode: 0o600 });
    holder = await findOtherHolder(folder, name);
    if (holder === 0) return { release: () => unlink(path) };
    await unlink(path);
  }
  throw new SpoolLockedError(folder, holder);
}

export class SpoolLockedError extends Error {
  constructor(folder: string, pid: number) {
    super(
      `The spool folder ${folder} is in use by process ${pid}: another MailTracker runs with this data folder. Stop it first, or set DATA_DIR to another folder.`,
    );
  }
}

const PREFIX = 'lock.';
/** Contenders that withdrew for each other come again at random times. */
const ATTEMPTS_MAX = 5;
const RETRY_MS_MAX = 50;

/** The number of a live process that has a file here too, or 0. Files of dead ones are removed. */
async function findOtherHolder(folder: string, own: string): Promise<number> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(PREFIX) || name === own) continue;
    const holder = name.slice(PREFIX.length, name.lastIndexOf('.'));
    const pid = Number.parseInt(holder, 10);
    if (pid > 0 && isAlive(pid) && toHolder(pid) === holder) return pid;
    await unlink(join(folder, name)).catch(() => undefined);
  }
  return 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** "pid.start.boot": the start in clock ticks since boot and the boot's id, where the system tells them. */
function toHolder(pid: number): string {
  if (process.platform !== 'linux') return `${pid}`;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // State and start are fields 3 and 22; the second one is the program's name, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const start = fields[0] === 'Z' ? 'ended' : fields[19];
    return `${pid}.${start}.${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}`;
  } catch {
    return `${pid}`;
  }
}

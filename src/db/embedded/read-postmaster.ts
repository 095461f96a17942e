import { execFile } from 'node:child_process';
import { readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The server that postmaster.pid names. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly status: 'starting' | 'ready' | 'stopping';
}

/** What runs on a cluster's folder: the server, or nothing, with the pid of a lock file that nobody holds any more. */
export type Occupancy =
  | { readonly postmaster: Postmaster; readonly stalePid: null }
  | { readonly postmaster: null; readonly stalePid: number | null };

/**
 * Reads postmaster.pid (line 1 its pid, 4 its port, 8 its status) and makes sure that the pid is a server on this
 * folder: after a crash or in a new container the same number may be another program.
 */
export async function readPostmaster(folder: string): Promise<Occupancy> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return { postmaster: null, stalePid: null };
  if (!(await isServing(pid, folder))) return { postmaster: null, stalePid: pid };
  const port = Number(lines[3]);
  const status = lines[7] === 'ready' || lines[7] === 'stopping' ? lines[7] : 'starting';
  return { postmaster: { pid, port, status }, stalePid: null };
}

async function isServing(pid: number, folder: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  if (process.platform === 'linux') return isWorkingIn(pid, folder);
  if (process.platform === 'darwin') return isCommandOn(pid, folder);
  return true;
}

/** A postmaster's working directory is its data folder. Of a dead process not yet reaped it cannot be read. */
async function isWorkingIn(pid: number, folder: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder));
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES';
  }
}

async function isCommandOn(pid: number, folder: string): Promise<boolean> {
  const listed = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return listed.stdout.includes(folder);
}

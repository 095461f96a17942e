import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readCpuSeconds } from '../collect/cpu-seconds.ts';

/** The embedded server's first process: the parent of all its others. */
export function readPostmasterPid(folder: string): number {
  return Number(readFileSync(`${folder}/pg18/postmaster.pid`, 'utf8').split('\n')[0]);
}

/** A process and all that it started, as they are now. */
export function listFamily(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = readParent(Number(name));
    if (parent !== null) parents.set(Number(name), parent);
  }
  const family = [pid];
  for (const one of family) for (const [child, parent] of parents) if (parent === one) family.push(child);
  return family;
}

function readParent(pid: number): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return null;
  }
}

/** Also what they start from now on. */
export function pinFamily(pid: number, core: number): void {
  for (const one of listFamily(pid)) execFileSync('taskset', ['-acp', String(core), String(one)], { stdio: 'ignore' });
}

/** CPU of a process and all that it started and that still runs, plus of those that ended and were waited for. */
export function readFamilyCpuSeconds(pid: number): number {
  let seconds = 0;
  for (const one of listFamily(pid)) {
    try {
      seconds += readCpuSeconds(one) + (one === pid ? readWaitedSeconds(one) : 0);
    } catch {
      // It ended meanwhile; its parent counts it.
    }
  }
  return seconds;
}

function readWaitedSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Proportional set size in MiB of a process and all that it started: a page that n of them share counts for 1/n in each. */
export function readFamilyPssMb(pid: number): number {
  let kib = 0;
  for (const one of listFamily(pid)) {
    try {
      kib += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // It ended meanwhile.
    }
  }
  return kib / 1_024;
}

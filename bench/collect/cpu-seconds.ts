import { readFileSync } from 'node:fs';

/** User and system time of a process, all its threads, in seconds since it began (proc(5): fields 14 and 15 of stat). */
export function readCpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Linux shows times to programs at this rate whatever its own is. */
const TICKS_PER_SECOND = 100;

/** Resident memory in MiB, and the most it ever was. */
export function readMemoryMb(pid: number): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const toMb = (name: string): number => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1_024);
  return { now: toMb('VmRSS'), most: toMb('VmHWM') };
}

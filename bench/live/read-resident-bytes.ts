import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const SAMPLES = 16;
const SAMPLE_MS = 500;

/** Memory of a process at rest, as the kernel counts it: the least of some seconds, in which garbage of before goes. */
export async function readResidentBytes(pid: number): Promise<number> {
  let least = readBytes(pid);
  for (let n = 1; n < SAMPLES; n += 1) {
    await pause(SAMPLE_MS);
    least = Math.min(least, readBytes(pid));
  }
  return least;
}

function readBytes(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
}

import { getPriority, setPriority } from 'node:os';

/**
 * Puts the thread that calls behind the others of this process, in the line for a core: `nicerBy` steps of niceness,
 * 19 at most. Linux alone has it for a thread; elsewhere it would be the whole process, and nothing is done.
 */
export function lowerPriority(nicerBy: number): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Math.min(NICENESS_MAX, getPriority() + nicerBy));
  } catch {
    // A sandbox may forbid the call. What the thread does is needed more than its place in the line.
  }
}

const NICENESS_MAX = 19;

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RoundResult } from '../collect/generate-load.ts';

export interface Generator {
  readonly pid: number;
  play(round: object): Promise<RoundResult>;
  stop(): void;
}

/** The generator of `collect` as a process of its own, on any core. */
export function startGenerator(): Generator {
  const script = join(import.meta.dirname, '../collect/generate-load.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: ((result: RoundResult) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line) as RoundResult));
  return {
    pid: child.pid ?? 0,
    play: (round) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        child.stdin.write(`${JSON.stringify(round)}\n`);
      }),
    stop: () => void child.kill(),
  };
}

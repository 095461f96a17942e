import { loadavg } from 'node:os';
import type { Databases } from '../../src/db/open-databases.ts';
import type { LoadResult } from '../pixel-load.ts';
import type { BenchServer } from '../start-bench-server.ts';

/** What every part of `live` works with. */
export interface BenchParts {
  readonly server: BenchServer;
  readonly dataDir: string;
  readonly databases: Databases;
  readonly hitsPerSecond: number;
  readonly rounds: number;
  readonly streams: number;
  readonly seconds: number;
  readonly cutSeconds: number;
}

/** One line, with the machine's load beside it: a figure from a busy machine says so. */
export function print(line: string): void {
  process.stdout.write(`${line} [load ${loadavg()[0]?.toFixed(1)}]\n`);
}

export function toRate({ sent, seconds }: LoadResult): string {
  return `${Math.round(sent / seconds)} hits/s`;
}

export function toMs(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}

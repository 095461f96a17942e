import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/kit/clock.ts';
import { silentLog } from '../../src/kit/log.ts';
import { openDiskSpool } from '../../src/spool/disk/disk-spool.ts';
import type { DrainFigures } from './drain-spool.ts';
import type { createHits } from './make-hits.ts';
import { readFamilyCpuSeconds } from './pinned-processes.ts';

export interface DrainRun {
  readonly url: string;
  readonly postmasterPid: number;
  readonly spool: string;
  readonly core: number;
  readonly warmSeconds: number;
  readonly seconds: number;
  /** Measuring begins at so many hits, and ends when so many were drained, whatever the seconds say. */
  readonly warmHits?: number;
  readonly hitsMax?: number;
  /** Further words for the node that drains, such as --cpu-prof. */
  readonly nodeWords?: readonly string[];
}

export interface DrainResult {
  readonly first: DrainFigures;
  readonly last: DrainFigures;
  /** Of the database between the two. */
  readonly databaseCpuSeconds: number;
  /** Resident memory of the process that drains, each second between the two. */
  readonly residentBytes: readonly number[];
}

/** What a commit of 2 ms holds where 15,000 hits come in a second. */
const BLOCK_HITS = 30;

/** Writes hits into a spool as collectors do, in blocks of one group commit. */
export async function fillSpool(
  folder: string,
  makeHit: ReturnType<typeof createHits>,
  { hits, perSecond }: { readonly hits: number; readonly perSecond: number },
): Promise<void> {
  const spool = await openDiskSpool({ folder, sync: 'fast', bytesMax: 2 ** 40, log: silentLog, clock: systemClock });
  let settled = 0;
  let wake = (): void => {};
  spool.onSettled((position) => {
    settled = position;
    wake();
  });
  const firstAt = Date.now() - (hits / perSecond) * 1_000;
  for (let n = 0; n < hits; ) {
    let position = 0;
    for (const end = Math.min(hits, n + BLOCK_HITS); n < end; n += 1)
      position = spool.append(makeHit(Math.floor(firstAt + (n / perSecond) * 1_000))) ?? position;
    while (settled < position)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
  await spool.close();
}

/** Drains the spool in a process of its own, on a core of its own, and answers what it did between two moments. */
export async function measureDrain(run: DrainRun): Promise<DrainResult> {
  const script = join(import.meta.dirname, 'drain-spool.ts');
  const words = ['-c', String(run.core), process.execPath, ...(run.nodeWords ?? []), '--import', 'tsx', script];
  const child = spawn('taskset', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(`${JSON.stringify({ url: run.url, spool: run.spool })}\n`);
  const told: DrainFigures[] = [];
  let first: DrainFigures | null = null;
  let databaseBefore = 0;
  let databaseCpuSeconds = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const figures = JSON.parse(line) as DrainFigures;
    if (first === null && figures.seconds >= run.warmSeconds && figures.hits >= (run.warmHits ?? 0)) {
      first = figures;
      databaseBefore = readFamilyCpuSeconds(run.postmasterPid);
    }
    if (first !== null) told.push(figures);
    const isDone = figures.hits >= (run.hitsMax ?? Number.POSITIVE_INFINITY);
    if (first !== null && (isDone || figures.seconds >= first.seconds + run.seconds)) {
      databaseCpuSeconds = readFamilyCpuSeconds(run.postmasterPid) - databaseBefore;
      child.stdin.end('stop\n');
      break;
    }
  }
  if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
  const last = told.at(-1);
  if (first === null || last === undefined) throw new Error('nothing was drained');
  return { first, last, databaseCpuSeconds, residentBytes: told.map(({ residentBytes }) => residentBytes) };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { sql } from 'kysely';
import type { SpoolBlock } from '../../src/domain/hit.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { silentLog } from '../../src/kit/log.ts';
import { openDiskSpool } from '../../src/spool/disk/disk-spool.ts';
import { byPlace, PLAN_NOW, preparePlan, signalPlan } from './check-signals.ts';
import { toReferenceSignals } from './reference-signals.ts';
import { waitFor } from './running-server.ts';
import { readSignals } from './signals.ts';
import type { TestDatabase } from './test-database.ts';

export interface KillPlan {
  readonly organizations: number;
  readonly kills: number;
  readonly seed: number;
}

export interface SignalsReport {
  readonly hits: number;
  readonly kills: number;
  /** Of the kills, those that came while blocks were waiting. */
  readonly cutOff: number;
  /** Handed over again after the whole spool was put back. */
  readonly replayed: number;
  readonly blocks: number;
  readonly expected: readonly Placed[];
  /** That stand after the kills, and after the replay. */
  readonly afterKills: readonly Placed[];
  readonly afterReplay: readonly Placed[];
  /** Signals ever stored, withdrawn ones among them, before and after the replay. */
  readonly stored: readonly [number, number];
}

interface Placed {
  readonly pixel: string;
  readonly rule: string;
  readonly at: number;
}

const WORK_MS_MAX = 60_000;

/**
 * Random opens of many organizations wait in the spools of two processors, which are killed with SIGKILL in turn at
 * random moments, finish in the end, and then get the whole of both spools once more.
 */
export async function killProcessors(database: TestDatabase, plan: KillPlan): Promise<SignalsReport> {
  const folders = await Promise.all([0, 1].map(() => mkdtemp(join(tmpdir(), 'mailtracker-spool-'))));
  const processors: Child[] = [];
  try {
    const { blocks, expected } = await prepareOrganizations(database, plan);
    await Promise.all(
      folders.map((folder, lane) =>
        fill(
          folder,
          blocks.filter((_, i) => i % 2 === lane),
        ),
      ),
    );
    await Promise.all(folders.map((folder) => cp(folder, `${folder}-whole`, { recursive: true })));
    const start = (lane: number) => startChild(database.ownerUrl, folders[lane] ?? '');
    processors.push(...(await Promise.all([start(0), start(1)])));
    const cutOff = await killInTurn(processors, start, plan.kills);
    await finish(processors);
    const afterKills = await readPlaced(database);
    const before = await countStored(database);
    for (const folder of folders) {
      await rm(folder, { recursive: true });
      await cp(`${folder}-whole`, folder, { recursive: true });
    }
    processors.splice(0, 2, ...(await Promise.all([start(0), start(1)])));
    const replayed = await finish(processors);
    return {
      hits: blocks.reduce((sum, { records }) => sum + records.length, 0),
      kills: plan.kills,
      cutOff,
      replayed,
      blocks: blocks.length,
      expected,
      afterKills,
      afterReplay: await readPlaced(database),
      stored: [before, await countStored(database)],
    };
  } finally {
    for (const child of processors) await child.end('SIGKILL');
    for (const folder of folders)
      for (const path of [folder, `${folder}-whole`]) await rm(path, { recursive: true, force: true });
  }
}

async function prepareOrganizations(database: TestDatabase, { organizations, seed }: KillPlan) {
  const blocks: SpoolBlock[] = [];
  const expected: Placed[] = [];
  for (const planned of fc.sample(signalPlan, { numRuns: organizations, seed })) {
    const { blocks: mine, opens } = await preparePlan(database, planned);
    blocks.push(...mine);
    expected.push(...toReferenceSignals(opens, planned.rules, 0));
  }
  return { blocks, expected: expected.sort(byPlace) };
}

/** One group commit a block. */
async function fill(folder: string, blocks: readonly SpoolBlock[]): Promise<void> {
  const spool = await openDiskSpool({ folder, sync: 'fast', bytesMax: 2 ** 30, log: silentLog, clock: systemClock });
  for (const { records } of blocks) {
    const settled = new Promise<void>((resolve) => {
      let left = records.length;
      spool.onSettled(() => {
        left = 0;
        resolve();
      });
      for (const record of records) spool.append(record);
      if (left === 0) resolve();
    });
    await settled;
  }
  await spool.close();
}

interface Child {
  /** Blocks that wait, and blocks done that had been done before; null until it works. */
  figures(): { readonly waiting: number; readonly replayed: number } | null;
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

const CHILD = fileURLToPath(new URL('./processor-child.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function startChild(url: string, folder: string): Promise<Child> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, url, folder, String(PLAN_NOW)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text = `${text}${part}`.slice(-1_000);
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  return {
    figures: () => {
      const line = text.split('\n').at(-2);
      if (line === undefined) return null;
      const [waiting = 0, replayed = 0] = line.split(' ').map(Number);
      return { waiting, replayed };
    },
    end: (signal) => endChild(child, signal),
  };
}

async function endChild(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** How many of the kills came while the victim had work. */
async function killInTurn(
  processors: Child[],
  start: (lane: number) => Promise<Child>,
  kills: number,
): Promise<number> {
  let cutOff = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const lane = kill % 2;
    const victim = processors[lane];
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 80));
    if ((victim?.figures()?.waiting ?? 0) > 0) cutOff += 1;
    await victim?.end('SIGKILL');
    processors[lane] = await start(lane);
  }
  return cutOff;
}

/** Waits until no block waits, ends the processors, and answers how many blocks had been done before. */
async function finish(processors: readonly Child[]): Promise<number> {
  await waitFor(
    async () => processors.every((child) => child.figures()?.waiting === 0),
    'the spools to be empty',
    WORK_MS_MAX,
  );
  const replayed = processors.reduce((sum, child) => sum + (child.figures()?.replayed ?? 0), 0);
  for (const child of processors) await child.end('SIGTERM');
  return replayed;
}

async function readPlaced(database: TestDatabase): Promise<readonly Placed[]> {
  const signals = await readSignals(database);
  return signals.map(({ pixelId, rule, raisedAt }) => ({ pixel: pixelId, rule, at: raisedAt })).sort(byPlace);
}

async function countStored({ system }: TestDatabase): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from signals`.execute(system);
  return rows[0]?.count ?? 0;
}

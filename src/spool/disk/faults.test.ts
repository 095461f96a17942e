import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../kit/clock.ts';
import { silentLog } from '../../kit/log.ts';
import { appendAll, readAll, toHit, waitFor } from '../spool.conformance.ts';
import type { Spool, SpoolSync } from '../spool.ts';
import { type DiskSpoolOptions, openDiskSpool } from './disk-spool.ts';

// The ways in which a process, a thread and a disk let a spool down.

const APPENDER = fileURLToPath(new URL('../../../tests/support/append-until-killed.ts', import.meta.url));

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-faults-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function open(folder: string, changes: Partial<DiskSpoolOptions> = {}): Promise<Spool> {
  return openDiskSpool({ folder, sync: 'durable', bytesMax: 2 ** 30, log: silentLog, clock: systemClock, ...changes });
}

interface Appender {
  readonly process: ChildProcess;
  /** The highest position that it has printed as settled. */
  settled(): number;
  kill(): Promise<void>;
}

async function startAppender(folder: string, sync: SpoolSync): Promise<Appender> {
  const child = spawn(process.execPath, ['--import', 'tsx', APPENDER, folder, sync], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  closers.push(kill);
  let output = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    output += text;
  });
  const settled = (): number => {
    expect(output).not.toContain('lost');
    return Number(/settled (\d+)\n[^\n]*$/.exec(output)?.[1] ?? 0);
  };
  await waitFor(() => output.includes('open\n'));
  return { process: child, settled, kill };
}

describe('kill -9', () => {
  test.each<[SpoolSync, number]>([
    ['durable', 1],
    ['durable', 3_000],
    ['fast', 1],
    ['fast', 3_000],
  ])('%s: nothing that was settled is lost, after %i settled records', async (sync, settledMin) => {
    const folder = await makeFolder();
    const appender = await startAppender(folder, sync);
    await waitFor(() => appender.settled() >= settledMin);
    await appender.kill();
    const settled = appender.settled();
    const spool = await open(folder);
    const numbers = (await readAll(spool)).flatMap((block) => block.records.map((record) => record.hitAt));
    expect(spool.figures().corruptBlocks).toBe(0);
    await spool.close();
    expect(numbers.length).toBeGreaterThanOrEqual(settled);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, at) => at + 1));
  });

  test('again and again leaves one run of records after the other', async () => {
    const folder = await makeFolder();
    let settledTotal = 0;
    for (let round = 0; round < 4; round += 1) {
      const appender = await startAppender(folder, 'durable');
      await waitFor(() => appender.settled() >= 100 * round + 1);
      await appender.kill();
      settledTotal += appender.settled();
    }
    const spool = await open(folder);
    const blocks = await readAll(spool);
    await spool.close();
    const numbers = blocks.flatMap((block) => block.records.map((record) => record.hitAt));
    expect(numbers.length).toBeGreaterThanOrEqual(settledTotal);
    expect(numbers.filter((number) => number === 1)).toHaveLength(4);
    expect(new Set(blocks.map((block) => block.id)).size).toBe(blocks.length);
  });
});

describe('the lock of a folder', () => {
  test('a second opener gets an error that names the process and what to do', async () => {
    const folder = await makeFolder();
    const spool = await open(folder);
    await expect(open(folder)).rejects.toThrow(`in use by process ${process.pid}: another MailTracker`);
    await spool.close();
    await (await open(folder)).close();
  });

  test('is held by another process while that lives, and is free once it was killed', async () => {
    const folder = await makeFolder();
    const appender = await startAppender(folder, 'durable');
    await expect(open(folder)).rejects.toThrow(`in use by process ${appender.process.pid}:`);
    await appender.kill();
    await (await open(folder)).close();
    expect((await readdir(folder)).filter((name) => name.startsWith('lock'))).toEqual([]);
  });

  test.runIf(process.platform === 'linux')(
    'is free when its process number now belongs to another process',
    async () => {
      const folder = await makeFolder();
      const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
      await writeFile(join(folder, `lock.${process.pid}.12345.${bootId}.${randomUUID()}`), '');
      await (await open(folder)).close();
    },
  );

  test('of ten that find a stale lock at once no two get it', async () => {
    const folder = await makeFolder();
    await writeFile(join(folder, `lock.999999999.1.boot.${randomUUID()}`), '');
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => open(folder)));
    const opened = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(opened.length).toBeLessThanOrEqual(1);
    for (const spool of opened) await spool.close();
    await (await open(folder)).close();
  });
});

test('a writing thread that ends unasked is started again; what it held counts as lost, what comes later is kept', async () => {
  const started: Worker[] = [];
  const note = (worker: Worker) => started.push(worker);
  process.on('worker', note);
  const folder = await makeFolder();
  const spool = await open(folder);
  process.off('worker', note);
  await appendAll(spool, [toHit(1)]);
  let settled = 1;
  let lost = 0;
  spool.onSettled((position, isLost) => {
    if (isLost) lost += position - settled;
    settled = position;
  });
  for (let number = 2; number <= 200; number += 1) spool.append(toHit(number));
  await started[0]?.terminate();
  await appendAll(spool, [toHit(201)]);
  expect(settled).toBe(201);
  expect(spool.figures().lost).toBe(lost);
  const records = (await readAll(spool)).flatMap((block) => block.records);
  expect(records).toHaveLength(201 - lost);
  expect([records[0], records.at(-1)]).toEqual([toHit(1), toHit(201)]);
  await spool.close();
});

describe('a full disk', () => {
  test.runIf(canMount())(
    'costs only what came while it was full: it is counted, readers go on, and room heals it',
    async () => {
      const folder = await mountSmallDisk();
      const spool = await open(folder, { segmentBytesMax: 100_000 });
      const kept: number[] = [];
      let lost = 0;
      let from = 0;
      spool.onSettled((position, isLost) => {
        if (isLost) lost += position - from;
        else for (let number = from + 1; number <= position; number += 1) kept.push(number);
        from = position;
      });
      let number = 0;
      const appendMany = async (until: () => boolean): Promise<void> => {
        while (!until()) {
          for (let count = 0; count < 50; count += 1) spool.append(toHit(++number));
          await waitFor(() => from === number);
        }
      };
      await appendMany(() => lost > 500);
      expect((await statfs(folder)).bfree).toBeLessThan(10);
      expect(spool.figures()).toMatchObject({ lost, corruptBlocks: 0, failure: 'ENOSPC' });

      const blocks = await readAll(spool);
      const numbers = () => blocks.flatMap((block) => block.records.map((record) => record.hitAt - toHit(0).hitAt));
      expect(numbers()).toEqual(kept);
      await spool.acknowledge(blocks.map((block) => block.id));
      const lostBefore = lost;
      const keptBefore = kept.length;
      await waitForRoom(folder);
      await appendMany(() => kept.length > keptBefore + 1_000);
      expect(lost).toBeLessThan(lostBefore + 100);
      expect(spool.figures()).toMatchObject({ lost, failure: null });
      blocks.push(...(await readAll(spool)));
      expect(numbers()).toEqual(kept);
      await spool.close();

      const again = await open(folder);
      expect(again.figures().corruptBlocks).toBe(0);
      expect((await readAll(again)).flatMap((block) => block.records)).toHaveLength(kept.length - keptBefore);
      await again.close();
    },
  );
});

/** Only root may mount; segment-writer.test.ts takes the disk's part everywhere. */
function canMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0 && tryMount(tmpdir(), true);
}

function tryMount(folder: string, isTrial: boolean): boolean {
  try {
    // A trial runs in a mount namespace of its own and leaves nothing behind.
    if (isTrial)
      execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], {
        stdio: 'ignore',
      });
    else execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function mountSmallDisk(): Promise<string> {
  const folder = await makeFolder();
  expect(tryMount(folder, false)).toBe(true);
  closers.push(() => execFileSync('umount', ['-l', folder]));
  return folder;
}

/** The cursor is stored within a second, and then the acknowledged segments go. */
async function waitForRoom(folder: string): Promise<void> {
  let names: string[] = [];
  await waitFor(() => {
    readdir(folder).then((found) => {
      names = found;
    });
    return names.includes('cursor') && names.filter((name) => name.endsWith('.segment')).length <= 1;
  });
}

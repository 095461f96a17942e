import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Installation, startInstallation } from '../support/installation.ts';
import { checkLoad } from '../support/numbered-pixels.ts';
import { type PixelLoad, startPixelLoad } from '../support/pixel-load.ts';
import { printFault } from '../support/print-fault.ts';
import { readMetric } from '../support/read-metric.ts';
import { type RunningServer, waitFor } from '../support/running-server.ts';
import { BALLAST, fillDisk, mountBreakableDisk, mountSmallDisk, type TestDisk } from '../support/test-disk.ts';

// Disks that fill up and break under a whole server: pixels are answered, what is lost is counted and told, and room
// heals it. Only root may mount such disks. The read-only ones are long only.

const IS_LONG = process.env.FAULTS === 'long';
const PER_SECOND = IS_LONG ? 1_000 : 250;
const LOST_LEAST = IS_LONG ? 20_000 : 200;
const METRICS_TOKEN = 'a token of the fault tests';
const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function install(disk: TestDisk): Promise<{ installation: Installation; server: RunningServer }> {
  closers.push(() => disk.remove());
  const env = { METRICS_TOKEN, SPOOL_BYTES_MAX: '16777216' };
  const installation = await startInstallation({ pixels: PER_SECOND * 400, isProxied: true, env });
  closers.push(() => installation.close());
  const server = await installation.start(['collect', 'process'], { dataDir: disk.folder, env: { REDIS_URL: '' } });
  return { installation, server };
}

test('a disk that the spool fills while the database is away: pixels are answered, losses counted and told, and it heals by itself', async (context) => {
  const disk = await mountSmallDisk(8 * 1024 * 1024);
  if (disk === null) return context.skip('only root may mount a disk');
  const { installation, server } = await install(disk);
  fillDisk(disk.folder, 200_000);
  const load = startPixelLoad({ urls: () => [server.url], perSecond: PER_SECOND });
  await installation.postgresProxy?.refuse();
  await waitFor(async () => (await readLost(server)) >= LOST_LEAST, 'hits to be lost', 120_000);
  expect(await readSpoolCheck(server)).toMatchObject({ ok: false, detail: expect.stringContaining('ENOSPC') });
  expect(await readDoctor(disk.folder, installation)).toContain('Make room: hits are dropped on a full disk.');
  expect(load.failed.size).toBe(0);

  // Nobody makes room: what the database takes when it is back is room enough.
  const backAt = performance.now();
  await installation.postgresProxy?.heal();
  const healedMs = await waitUntilKept(server, backAt);
  rmSync(join(disk.folder, BALLAST));
  await waitForMore(load, PER_SECOND);
  await load.stop();
  const lost = await readLost(server);
  const report = await checkLoad('disk full, database away', installation.database.ownerUrl, load, {
    allowedLost: lost,
  });
  expect(report).toMatchObject({ failed: 0, doubled: [] });
  expect(report.lost.length).toBe(lost);
  expect(await readMetric(server, METRICS_TOKEN, 'mailtracker_spool_corrupt_blocks_total')).toBe(0);
  expect((await fetch(`${server.url}/readyz`)).ok).toBe(true);
  process.stderr.write(
    `disk full: ${lost} lost and counted, writing again ${Math.round(healedMs)} ms after the database\n`,
  );
}, 300_000);

/** Until a second of hits in a row was written; answers since when, from `sinceAt`. */
async function waitUntilKept(server: RunningServer, sinceAt: number): Promise<number> {
  let lost = await readLost(server);
  let at = performance.now();
  await waitFor(
    async () => {
      const now = await readLost(server);
      if (now !== lost) at = performance.now();
      lost = now;
      return performance.now() - at > 1_000;
    },
    'room on the disk',
    100_000,
  );
  return at - sinceAt;
}

async function waitForMore(load: PixelLoad, count: number): Promise<void> {
  const from = load.answered.size;
  await waitFor(async () => load.answered.size >= from + count, 'more answers');
}

test.runIf(IS_LONG)(
  'a disk that becomes read-only: pixels are answered, what is not written is counted, and a start on a sound one finds nothing corrupt',
  async (context) => {
    const disk = await mountBreakableDisk();
    if (disk === null) return context.skip('only root may mount a disk');
    const { installation, server } = await install(disk);
    const load = startPixelLoad({ urls: () => [server.url], perSecond: PER_SECOND });
    await waitForMore(load, PER_SECOND);
    disk.makeReadOnly();
    await waitFor(async () => (await readLost(server)) >= LOST_LEAST, 'hits to be lost', 120_000);
    expect(await readSpoolCheck(server)).toMatchObject({ ok: false, detail: expect.stringContaining('EROFS') });
    expect(await readDoctor(disk.folder, installation)).toContain('cannot be written (EROFS)');
    await load.stop();
    const lost = await readLost(server);
    const { ownerUrl } = installation.database;
    const report = await checkLoad('disk read-only', ownerUrl, load, { allowedLost: lost });
    expect(report).toMatchObject({ failed: 0, doubled: [] });
    expect(report.lost.length).toBe(lost);
    expect(await readMetric(server, METRICS_TOKEN, 'mailtracker_spool_corrupt_blocks_total')).toBe(0);
  },
  300_000,
);

test.runIf(IS_LONG)('a process that starts on a read-only disk says so and ends', async (context) => {
  const disk = await mountBreakableDisk();
  if (disk === null) return context.skip('only root may mount a disk');
  closers.push(() => disk.remove());
  disk.makeReadOnly();
  const env = { ...process.env, DATA_DIR: disk.folder, DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none', PORT: '0' };
  const said = await new Promise<string>((resolve) => {
    execFile(process.execPath, [MAIN, 'serve'], { env }, (error, out, err) => resolve(`${error?.code} ${out}${err}`));
  });
  expect(said).toMatch(/^1 /);
  expect(said).toMatch(/read-only|EROFS/);
  printFault('start on a read-only disk', { answered: 0, stored: 0, lost: 0, doubled: 0 }, 'refused with the reason');
});

function readLost(server: RunningServer): Promise<number> {
  return readMetric(server, METRICS_TOKEN, 'mailtracker_spool_lost_records_total');
}

async function readSpoolCheck(server: RunningServer): Promise<unknown> {
  const answer = await fetch(`${server.url}/readyz`);
  expect(answer.status).toBe(503);
  return ((await answer.json()) as { checks: { spool: unknown } }).checks.spool;
}

function readDoctor(dataDir: string, { database }: Installation): Promise<string> {
  const env = { ...process.env, DATA_DIR: dataDir, DATABASE_URL: database.ownerUrl };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'doctor'], { env }, (_error, out) => resolve(out));
  });
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { findFreePort, waitFor } from '../../tests/support/running-server.ts';
import { systemClock } from '../kit/clock.ts';
import { silentLog } from '../kit/log.ts';
import { openDiskSpool } from '../spool/disk/disk-spool.ts';

const MAIN = new URL('../main.ts', import.meta.url).pathname;
const TSX = createRequire(import.meta.url).resolve('tsx');

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mailtracker-serve-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));

test('while its database is away it answers pixels, and a stop keeps what they told', async () => {
  const nobody = 'postgres://user:password@127.0.0.1:1/mailtracker';
  const port = await findFreePort();
  const child = serve({ DATABASE_URL: nobody, PORT: String(port) });
  const pixel = `http://127.0.0.1:${port}/api/t/u/AbCdEfGhIjKlMnOpQrStUvWx.gif`;
  const answer = await waitFor(() => fetch(pixel), 'a pixel');
  expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([200, 43]);
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ checks: { database: { ok: false }, spool: { ok: true } } });
  const api = await fetch(`http://127.0.0.1:${port}/api/session`);
  expect([api.status, await api.json()]).toMatchObject([503, { code: 'starting' }]);
  await waitFor(async () => child.log().includes('database.not_up_yet'), 'serve to wait for its database');
  expect(await child.stop()).toBe(0);
  expect(child.log()).toContain('serve.stopped');
  expect(await readSpooled()).toBe(1);
});

test('a role that is none, and a spool torn apart, are refused with what to do', async () => {
  const wrong = serve({}, ['--role', 'reader']);
  expect(await wrong.ended).toBe(2);
  expect(wrong.log()).toContain('expected collect, process, deliver, web, got "reader"');
  const torn = serve({}, ['--role', 'process']);
  expect(await torn.ended).toBe(2);
  expect(torn.log()).toContain('needs REDIS_URL');
});

test('a collector without Redis starts, warns aloud, and keeps its hits for a process that stores them', async () => {
  const port = await findFreePort();
  const folder = join(dataDir, 'alone');
  const nobody = 'postgres://user:password@127.0.0.1:1/mailtracker';
  const child = serve({ DATABASE_URL: nobody, PORT: String(port), DATA_DIR: folder }, ['--role', 'collect']);
  const pixel = `http://127.0.0.1:${port}/api/t/u/AbCdEfGhIjKlMnOpQrStUvWx.gif`;
  expect((await waitFor(() => fetch(pixel), 'a pixel')).status).toBe(200);
  expect(await child.stop()).toBe(0);
  expect(child.log()).toMatch(/^WARNING: REDIS_URL is not set: hits wait in DATA_DIR until a process with the roles/m);
  expect(child.log()).toContain('serve.hits_wait');
  expect(await readSpooled(folder)).toBe(1);
});

test('a password that is wrong ends the start: waiting does not mend it', async () => {
  const url = new URL(inject('postgresUrl'));
  url.username = 'nobody_of_this_name';
  const child = serve({ DATABASE_URL: url.href });
  expect(await child.ended).toBe(1);
  expect(child.log()).toMatch(/DATABASE_URL \(.+\) cannot be used/);
});

function serve(env: Record<string, string>, words: readonly string[] = []) {
  const child = spawn(process.execPath, ['--import', TSX, MAIN, 'serve', ...words], {
    env: { ...process.env, DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  return {
    ended,
    log: () => log,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Hits that stand in the spool of the data folder. */
async function readSpooled(folder = dataDir): Promise<number> {
  const spool = await openDiskSpool({
    folder: join(folder, 'spool'),
    sync: 'durable',
    bytesMax: 1024 ** 3,
    log: silentLog,
    clock: systemClock,
  });
  const blocks = await spool.read(100, 0);
  await spool.close();
  return blocks.reduce((sum, block) => sum + block.records.length, 0);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../tests/support/running-server.ts';

const MAIN = new URL('../main.ts', import.meta.url).pathname;
const TSX = createRequire(import.meta.url).resolve('tsx');

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mailtracker-serve-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));

test('a start that waits for its database can be stopped without waiting for it', async () => {
  const nobody = 'postgres://user:password@127.0.0.1:1/mailtracker';
  const child = spawn(process.execPath, ['--import', TSX, MAIN, 'serve'], {
    env: { ...process.env, DATABASE_URL: nobody, DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  await waitFor(async () => log.includes('database.not_up_yet'), 'serve to wait for its database');
  child.kill('SIGTERM');
  const [code] = await ended;
  expect(log).toContain('serve.abandoned');
  expect(log).not.toContain('cannot be used');
  expect(code).toBe(1);
});

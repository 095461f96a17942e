import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { silentLog } from '../kit/log.ts';
import { ConnectError, connect, refuseOldVersion } from './connect.ts';
import { migrate } from './migrate.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mailtracker-connect-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));

test('DATABASE_URL is used as it is, and nothing is made in the data folder', async () => {
  const databaseUrl = inject('postgresUrl');
  const server = await connect({ databaseUrl, dataDir }, silentLog);
  expect(server.url).toBe(databaseUrl);
  await server.stop();
  expect(await readdir(dataDir)).toEqual([]);
});

test('without DATABASE_URL the data folder’s own server is ready to be migrated', async () => {
  const server = await connect({ databaseUrl: null, dataDir }, silentLog);
  try {
    expect(await migrate(server.url, silentLog)).toContain('0001-founding.sql');
  } finally {
    await server.stop();
  }
});

test('a wrong password is an error at once that does not repeat it', async () => {
  const url = new URL(inject('postgresUrl'));
  url.password = 'sentinel-password';
  const failing = connect({ databaseUrl: url.href, dataDir }, silentLog);
  await expect(failing).rejects.toThrow(ConnectError);
  await expect(failing).rejects.toThrow(/DATABASE_URL \(127\.0\.0\.1:\d+\) cannot be used: password authentication/);
  await expect(failing).rejects.not.toThrow(/sentinel/);
});

test('a server that does not come up is given up, and named', async () => {
  const databaseUrl = 'postgres://mailtracker:none@127.0.0.1:1/mailtracker';
  const failing = connect({ databaseUrl, dataDir, waitMsMax: 50 }, silentLog);
  await expect(failing).rejects.toThrow(/DATABASE_URL \(127\.0\.0\.1:1\) cannot be used: .*ECONNREFUSED/);
});

test('a server older than 15 is refused with what to do', () => {
  expect(() => refuseOldVersion(140_012)).toThrow(/PostgreSQL 14; MailTracker needs 15 or newer/);
  expect(() => refuseOldVersion(150_000)).not.toThrow();
});

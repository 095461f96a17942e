import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { readConfig } from '../config.ts';
import { silentLog } from '../kit/log.ts';
import { findFaults } from './find-faults.ts';

let folder: string;
let database: TestDatabase;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtracker-doctor-'));
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function look(env: Record<string, string>) {
  const config = readConfig({ DATA_DIR: folder, DATABASE_URL: database.ownerUrl, ...env });
  return findFaults(config, silentLog);
}

async function wrong(env: Record<string, string>): Promise<string[]> {
  const findings = await look(env);
  for (const { state, todo } of findings) if (state === 'wrong') expect(todo).toMatch(/\w{3}/);
  return findings.filter(({ state }) => state === 'wrong').map(({ subject }) => subject);
}

test('finds nothing wrong with an installation in order', async () => {
  expect(await wrong({})).toEqual([]);
  const found = (await look({})).map(({ subject }) => subject);
  expect(found).toEqual(expect.arrayContaining(['DATABASE_URL', 'schema', 'clock', 'row-level security']));
});

test('a database that is away, a Redis that is away and a folder that cannot be written are each told', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  expect(await wrong({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' })).toEqual(['DATABASE_URL']);
  expect(await wrong({ REDIS_URL: 'redis://127.0.0.1:1' })).toEqual(['REDIS_URL', 'APP_SECRET']);
  expect(await wrong({ DATA_DIR: file })).toContain(`DATA_DIR ${file}`);
});

test('an address without TLS, and TLS without TRUST_PROXY, are told with what to set', async () => {
  expect(await wrong({ PUBLIC_URL: 'http://track.example.com' })).toEqual(
    expect.arrayContaining(['PUBLIC_URL http://track.example.com', 'PIXEL_URL http://track.example.com']),
  );
  expect(await wrong({ PUBLIC_URL: 'https://track.example.com' })).toEqual(['TRUST_PROXY']);
  expect(await wrong({ PUBLIC_URL: 'https://track.example.com', TRUST_PROXY: '1' })).toEqual([]);
});

test('a table whose row-level security was switched off is named', async () => {
  const other = await createTestDatabase();
  const { Client } = await import('pg');
  const client = new Client({ connectionString: other.ownerUrl });
  await client.connect();
  await client.query('alter table departments no force row level security');
  await client.end();
  const findings = await look({ DATABASE_URL: other.ownerUrl });
  expect(findings.find(({ subject }) => subject === 'row-level security')?.said).toContain('departments');
  await other.drop();
});

test('a database that was never migrated is advice, not a fault', async () => {
  const empty = await createEmptyDatabase();
  expect(await wrong({ DATABASE_URL: empty.ownerUrl })).toEqual([]);
  await empty.drop();
});

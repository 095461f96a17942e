import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Signature } from '../../src/contract/signature.ts';
import { signUp } from '../support/api-client.ts';
import { readEmbeddedUrl } from '../support/embedded-url.ts';
import { type RunningServer, removeFolder, startServer, waitFor } from '../support/running-server.ts';

/** An address of the documentation range (RFC 5737) that occurs nowhere else. */
const SENTINEL = '203.0.113.197';
const HITS = 1_000;

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ env: { TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'debug', IP_LIMIT_PER_MINUTE: '700' } });
});

afterAll(async () => {
  await server.stop();
  await removeFolder(server.dataDir);
});

test('a client address sent 1,000 times is in no file, no table and no log line', async () => {
  const client = await signUp(server);
  const signature = await client.get<Signature>('/api/signatures/me');
  const path = new URL(signature.body.pixelUrl ?? '').pathname;
  for (let sent = 0; sent < HITS; sent += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => load(server.port, path, sent + index)));
  }
  const database = new pg.Client({ connectionString: await readEmbeddedUrl(server.dataDir) });
  await database.connect();
  await waitFor(async () => {
    const { rows } = await database.query(
      'select (select coalesce(sum(load_count), 0) from signature_tracking_events) + (select coalesce(sum(hits), 0) from tracking_drop_slots) as seen',
    );
    return Number(rows[0].seen) >= HITS;
  }, 'every hit to be an open or a counted drop');

  expect(await findInTables(database), 'tables').toEqual([]);
  await database.query('checkpoint');
  await database.end();
  expect(server.output()).not.toContain(SENTINEL);
  expect(await findInFiles(server.dataDir), 'files while running').toEqual([]);
  await server.stop();
  expect(await findInFiles(server.dataDir), 'files after the stop').toEqual([]);
  expect(server.output()).not.toContain(SENTINEL);
});

/** Some of the hits are over the limit: no branch may keep the address. */
function load(port: number, path: string, number: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-forwarded-for': SENTINEL, 'user-agent': `Thunderbird/128.${number % 7}` };
    request({ host: '127.0.0.1', port, path, headers }, (answer) => {
      answer.resume().on('end', resolve);
    })
      .on('error', reject)
      .end();
  });
}

async function findInTables(database: pg.Client): Promise<string[]> {
  const { rows } = await database.query(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  );
  const found: string[] = [];
  for (const { name } of rows) {
    const hit = await database.query(`select 1 from ${name} t where t::text like $1 limit 1`, [`%${SENTINEL}%`]);
    if (hit.rowCount) found.push(name);
  }
  return found;
}

async function findInFiles(folder: string): Promise<string[]> {
  const bytes = Buffer.from(SENTINEL.split('.').map(Number));
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path).catch(() => Buffer.alloc(0));
    const isSpool = path.includes(`${join(folder, 'spool')}`);
    if (content.includes(SENTINEL) || (isSpool && content.includes(bytes))) found.push(path);
  }
  return found;
}

import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, runOnServer, type TestDatabase } from '../../tests/support/test-database.ts';
import type { Log } from '../kit/log.ts';
import { openDatabases, RoleError } from './open-databases.ts';

let databases: TestDatabase;

beforeAll(async () => {
  databases = await createTestDatabase();
});
afterAll(() => databases.drop());

test('each pool runs as its role, not as the owner whose address it was given', async () => {
  expect(await readUser(databases.app)).toBe('mailtracker_app');
  expect(await readUser(databases.system)).toBe('mailtracker_system');
});

test('options in the address are kept and cannot lift the role', async () => {
  const url = new URL(databases.ownerUrl);
  url.searchParams.set('options', '-c role=none -c work_mem=7MB');
  const opened = openDatabases(url.href, { poolMax: 1 });
  try {
    expect(await readUser(opened.app)).toBe('mailtracker_app');
    const answer = await sql<{ memory: string }>`select current_setting('work_mem') as memory`.execute(opened.app);
    expect(answer.rows).toEqual([{ memory: '7MB' }]);
  } finally {
    await opened.close();
  }
});

test('a pooler that drops the role without a word is refused before anybody uses it', async () => {
  const server = new URL(databases.ownerUrl);
  const pooler = createServer((client) => forwardWithoutOptions(client, Number(server.port))).listen(0, '127.0.0.1');
  await once(pooler, 'listening');
  const url = new URL(server);
  url.port = String((pooler.address() as AddressInfo).port);
  const opened = openDatabases(url.href, { poolMax: 1 });
  try {
    await expect(readUser(opened.app)).rejects.toThrow(/run as mailtracker instead of mailtracker_app: .*pgbouncer/);
    await expect(readUser(opened.system)).rejects.toThrow(RoleError);
  } finally {
    await opened.close();
    pooler.close();
  }
});

test('bigint is a number, a date its text, a timestamp a Date, bytes a Buffer', async () => {
  const answer = await sql`select 9007199254740991::bigint as big, date '2026-03-01' as day,
    timestamptz '2026-03-01 00:00+02' as at, '\\x00ff'::bytea as bytes, '{"a":[1]}'::jsonb as json`.execute(
    databases.app,
  );
  expect(answer.rows[0]).toEqual({
    big: Number.MAX_SAFE_INTEGER,
    day: '2026-03-01',
    at: new Date('2026-02-28T22:00:00Z'),
    bytes: Buffer.from([0, 255]),
    json: { a: [1] },
  });
});

test('connections that the server ends are reported and replaced, and the process lives on', async () => {
  const warnings: string[] = [];
  const log: Log = { debug() {}, info() {}, error() {}, warn: (_fields, event) => void warnings.push(event) };
  const opened = openDatabases(databases.ownerUrl, { poolMax: 2, log });
  try {
    await Promise.all([readUser(opened.app), readUser(opened.system)]);
    await runOnServer(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = '${new URL(databases.ownerUrl).pathname.slice(1)}'`);
    await expect.poll(() => warnings).toEqual(['database.connection_lost', 'database.connection_lost']);
    expect(await readUser(opened.app)).toBe('mailtracker_app');
  } finally {
    await opened.close();
  }
});

test('a server that is not there is an error within seconds', async () => {
  const opened = openDatabases('postgres://nobody:none@127.0.0.1:1/none');
  const begun = performance.now();
  await expect(readUser(opened.app)).rejects.toThrow(/ECONNREFUSED/);
  expect(performance.now() - begun).toBeLessThan(6_000);
  await opened.close();
});

test('when all connections are taken the next query fails instead of waiting for ever', async () => {
  const opened = openDatabases(databases.ownerUrl, { poolMax: 1, connectMsMax: 200 });
  try {
    await opened.system.transaction().execute(async (trx) => {
      await sql`select 1`.execute(trx);
      await expect(readUser(opened.system)).rejects.toThrow(/timeout/);
    });
  } finally {
    await opened.close();
  }
});

test('closing twice is closing once', async () => {
  const opened = openDatabases(databases.ownerUrl);
  await readUser(opened.system);
  await Promise.all([opened.close(), opened.close()]);
  await expect(readUser(opened.system)).rejects.toThrow();
});

async function readUser(database: TestDatabase['app']): Promise<string | undefined> {
  const answer = await sql<{ user: string }>`select current_user as user`.execute(database);
  return answer.rows[0]?.user;
}

/** What pgbouncer does with `ignore_startup_parameters = options`: the first message loses that pair. */
function forwardWithoutOptions(client: Socket, port: number): void {
  const server = createConnection(port, '127.0.0.1');
  client.once('data', (message: Buffer) => {
    const words = message.subarray(8).toString('latin1').split('\0');
    const at = words.indexOf('options');
    if (at >= 0) words.splice(at, 2);
    const kept = Buffer.from(words.join('\0'), 'latin1');
    const head = Buffer.from(message.subarray(0, 8));
    head.writeUInt32BE(kept.length + 8);
    server.write(Buffer.concat([head, kept]));
    client.pipe(server).pipe(client);
  });
  for (const socket of [client, server]) socket.on('error', () => client.destroy());
}

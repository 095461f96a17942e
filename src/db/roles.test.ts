import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedOrganization } from '../../tests/support/seed.ts';
import { silentLog } from '../kit/log.ts';
import { type EmbeddedPostgres, startEmbedded } from './embedded/start-embedded.ts';
import { migrate } from './migrate.ts';
import { openDatabases } from './open-databases.ts';
import { withTenant } from './with-tenant.ts';

// A server of its own: roles belong to the whole server, which the other test files share.

let folder: string;
let server: EmbeddedPostgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtracker-roles-'));
  server = await startEmbedded(folder, silentLog, { isThrowaway: true, endsWithProcess: true });
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('the user of a managed service, who is no superuser, migrates and keeps organizations apart, and reaches every row', async () => {
  const url = await createManaged();
  await migrate(url, silentLog);
  const databases = openDatabases(url, { poolMax: 2 });
  try {
    const acme = await seedOrganization(databases);
    await seedOrganization(databases);
    const seen = await withTenant(databases, acme.organizationId, (trx) =>
      trx.selectFrom('organizations').select('id').execute(),
    );
    expect(seen).toEqual([{ id: acme.organizationId }]);
    expect(await databases.app.selectFrom('organizations').select('id').execute()).toEqual([]);
    expect(await fillNames(url)).toEqual(['filled', 'filled']);
    await sql`select app_private.ensure_partitions(now(), now())`.execute(databases.system);
  } finally {
    await databases.close();
  }
});

test('a role that policies do not bind is refused with the statement that mends it', async () => {
  await migrate(server.url, silentLog);
  await run('alter role mailtracker_app bypassrls');
  const databases = openDatabases(server.url, { poolMax: 1 });
  try {
    const read = databases.app.selectFrom('organizations').select('id').execute();
    await expect(read).rejects.toThrow(/alter role mailtracker_app nosuperuser nobypassrls/);
    await run('alter role mailtracker_app nobypassrls');
    expect(await databases.app.selectFrom('organizations').select('id').execute()).toEqual([]);
  } finally {
    await databases.close();
  }
});

/** What managed PostgreSQL gives: a login that may make roles and owns its database, nothing more. */
async function createManaged(): Promise<string> {
  await run(`create role managed login createrole password 'test'`);
  await run('create database managed owner managed');
  const url = new URL(server.url);
  url.username = 'managed';
  url.password = 'test';
  url.pathname = '/managed';
  return url.href;
}

/** A migration that fills in rows, as later ones do; answers what they hold. */
async function fillNames(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`update organizations set name = 'filled'`);
  const answer = await client.query<{ name: string }>('select name from organizations');
  await client.end();
  return answer.rows.map((row) => row.name);
}

async function run(statement: string): Promise<void> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

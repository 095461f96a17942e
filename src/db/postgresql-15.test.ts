import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { findFreePort, waitFor } from '../../tests/support/running-server.ts';
import { seedOrganization } from '../../tests/support/seed.ts';
import { silentLog } from '../kit/log.ts';
import { connect } from './connect.ts';
import { chooseLauncher } from './embedded/choose-launcher.ts';
import { readPostmaster } from './embedded/read-postmaster.ts';
import { migrate } from './migrate.ts';
import { openDatabases } from './open-databases.ts';
import { withTenant } from './with-tenant.ts';

const PROGRAMS = '/usr/lib/postgresql/15/bin';

// The oldest version DATABASE_URL may name, where the machine happens to have it.
if (existsSync(join(PROGRAMS, 'initdb'))) {
  test('PostgreSQL 15 takes the same tables and keeps organizations apart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mailtracker-pg15-'));
    const server = await startServer(folder);
    try {
      const { url } = await connect({ databaseUrl: server.url, dataDir: folder }, silentLog);
      expect(await migrate(url, silentLog)).toContain('0001-founding.sql');
      const databases = openDatabases(url, { poolMax: 2 });
      const acme = await seedOrganization(databases);
      await seedOrganization(databases);
      const seen = await withTenant(databases, acme.organizationId, (trx) =>
        trx.selectFrom('organizations').select('id').execute(),
      );
      expect(seen).toEqual([{ id: acme.organizationId }]);
      expect(await databases.app.selectFrom('organizations').select('id').execute()).toEqual([]);
      await databases.close();
    } finally {
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}

async function startServer(folder: string): Promise<{ url: string; stop(): Promise<void> }> {
  const program = (name: string) => join(PROGRAMS, name);
  const cluster = join(folder, 'cluster');
  const launcher = await chooseLauncher(
    {
      initdb: program('initdb'),
      postgres: program('postgres'),
      pgCtl: program('pg_ctl'),
      environment: { LC_ALL: 'C' },
    },
    cluster,
  );
  await writeFile(join(folder, 'password'), 'test');
  await launcher.run(program('initdb'), [
    ...['-D', cluster, '-U', 'mailtracker', '-A', 'scram-sha-256', '--no-sync', '-E', 'UTF8'],
    `--pwfile=${join(folder, 'password')}`,
  ]);
  const port = await findFreePort();
  const log = await open(join(folder, 'log'), 'a');
  const words = [
    '-D',
    cluster,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
  ];
  const child = launcher.start([...words, '-F'], { logFile: log.fd, endsWithProcess: true, environment: {} });
  await log.close();
  await waitFor(async () => (await readPostmaster(cluster)).postmaster?.status === 'ready', 'PostgreSQL 15');
  const url = `postgres://mailtracker:test@127.0.0.1:${port}/postgres`;
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('create database mailtracker');
  await client.end();
  return {
    url: url.replace(/postgres$/, 'mailtracker'),
    stop: async () => {
      child.kill('SIGINT');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { type Databases, openDatabases } from '../../src/db/open-databases.ts';

export interface TestDatabase extends Databases {
  /** The superuser's address of this database: sees every row, bound by no policy. */
  readonly ownerUrl: string;
  /** Closes the pools and drops the database. */
  drop(): Promise<void>;
}

const POOL_MAX = 4;

/** A fresh, migrated and empty database of one's own (some 20 ms). Call drop() in afterAll. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { ownerUrl, drop } = await cloneDatabase('mailtracker_template');
  const databases = openDatabases(ownerUrl, { poolMax: POOL_MAX });
  return {
    ...databases,
    ownerUrl,
    drop: async () => {
      await databases.close();
      await drop();
    },
  };
}

/** A database without any table, for those who test the migrations themselves. */
export async function createEmptyDatabase(): Promise<{ ownerUrl: string; drop(): Promise<void> }> {
  return cloneDatabase('template0');
}

/** Runs one statement as the superuser of the run's server. */
export async function runOnServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function cloneDatabase(template: string): Promise<{ ownerUrl: string; drop(): Promise<void> }> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await runOnServer(`create database ${name} template ${template}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return { ownerUrl: url.href, drop: () => runOnServer(`drop database if exists ${name} with (force)`) };
}

import { getMigrations } from 'better-auth/db/migration';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { openDatabases } from '../db/open-databases.ts';
import { silentLog } from '../kit/log.ts';
import { createAuth } from './create-auth.ts';

let databases: TestDatabase;

beforeAll(async () => {
  databases = await createTestDatabase();
});

afterAll(() => databases.drop());

test('the sign-in library finds every table and column it wants in our migrations', async () => {
  const auth = createAuth({
    databases,
    publicUrl: 'http://localhost:3000',
    secret: 'a secret of the tests, long enough',
    log: silentLog,
  });
  const wanted = await getMigrations(auth.options);
  expect({ tables: wanted.toBeCreated, columns: wanted.toBeAdded }).toEqual({ tables: [], columns: [] });
});

test('the sign-in library is made without asking the database, so that a process starts while it is away', async () => {
  const nowhere = openDatabases('postgres://nobody@127.0.0.1:1/nothing');
  const auth = createAuth({
    databases: nowhere,
    publicUrl: 'http://localhost:3000',
    secret: 'a secret of the tests, long enough',
    log: silentLog,
  });
  const context = await auth.$context;
  expect(context.appName).toBe('MailTracker');
  await nowhere.close();
});

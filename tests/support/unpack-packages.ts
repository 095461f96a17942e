import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = new URL('../../node_modules/.cache/mailtracker/', import.meta.url).pathname;

/** A program from Debian's packages, unpacked into node_modules/.cache, which needs no rights. */
export interface Unpacked {
  readonly root: string;
  /** With the libraries that came along. */
  readonly env: NodeJS.ProcessEnv;
}

/** Downloads and unpacks once. `marker`: a file that is there when it was done. Throws with what to install instead. */
export async function unpackPackages(name: string, packages: readonly string[], marker: string): Promise<Unpacked> {
  const root = join(CACHE, name);
  if (!existsSync(join(root, marker))) await unpack(root, name, packages);
  const folder = join(root, 'usr/lib');
  const libraries = (await readdir(folder).catch(() => []))
    .filter((entry) => entry.includes('-linux-'))
    .map((entry) => join(folder, entry));
  return { root, env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') } };
}

async function unpack(cache: string, name: string, packages: readonly string[]): Promise<void> {
  const aside = await mkdtemp(join(tmpdir(), `mailtracker-${name}-packages-`));
  try {
    await download(aside, packages);
    const root = join(aside, 'root');
    await mkdir(root);
    for (const file of await readdir(aside)) {
      if (file.endsWith('.deb')) await run('dpkg', ['-x', join(aside, file), root]);
    }
    await mkdir(CACHE, { recursive: true });
    await run('cp', ['-a', root, `${cache}.${process.pid}`]);
    // Of two that come at once one wins; both have the same files.
    await rename(`${cache}.${process.pid}`, cache).catch(() => rm(`${cache}.${process.pid}`, { recursive: true }));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`The tests need ${packages[0]}, and Debian's packages could not be had: install it. ${said}`);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function download(folder: string, packages: readonly string[]): Promise<void> {
  const get = () => run('apt-get', ['download', ...packages], { cwd: folder });
  await get().catch(async () => {
    // A fresh container has no package lists yet; only root may fetch them.
    await run('apt-get', ['update']);
    await get();
  });
}

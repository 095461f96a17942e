import { randomBytes } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  constants,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { type Launcher, toReason } from './choose-launcher.ts';
import { EmbeddedError } from './embedded-error.ts';
import type { Binaries } from './find-binaries.ts';

/** The folder's name holds the major version: another major cannot read its files. */
export const CLUSTER_NAME = 'pg18';
export const CLUSTER_USER = 'mailtracker';

/**
 * Makes DATA_DIR/pg18 when it is not there yet and answers the superuser's password. The cluster is made aside and
 * takes its name in one rename: half a cluster is never started, and of two simultaneous starts one wins.
 */
export async function createCluster(
  dataDir: string,
  binaries: Binaries,
  launcher: Launcher,
  options: { isThrowaway: boolean },
): Promise<string> {
  const folder = join(dataDir, CLUSTER_NAME);
  await refuseForeign(dataDir, folder);
  await dropLeftovers(dataDir);
  if (await isCluster(folder)) return readPassword(dataDir);
  await refuseOtherMajor(dataDir);
  const password = await storePassword(dataDir);
  const work = join(dataDir, `${CLUSTER_NAME}.new-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await prepareWork(dataDir, work, password, launcher);
    await launcher.run(binaries.initdb, toInitWords(work, options.isThrowaway));
    await rename(join(work, 'cluster'), folder);
  } catch (error) {
    if (!(await isCluster(folder))) {
      throw new EmbeddedError(`PostgreSQL's files could not be made in ${folder}: ${toReason(error)}`);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return password;
}

/** As root anything goes; others need the data folder to be theirs. */
async function refuseForeign(dataDir: string, folder: string): Promise<void> {
  const isOpen = await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  const owner = isOpen ? await stat(folder).catch(() => null) : await stat(dataDir).catch(() => null);
  const user = process.getuid?.() ?? 0;
  if (isOpen && (user === 0 || owner === null || owner.uid === user)) return;
  throw new EmbeddedError(
    `${isOpen ? folder : dataDir} belongs to user ${owner?.uid ?? 'unknown'}, and this process runs as user ${user}. Start MailTracker as that user, give the folder to this one (chown -R ${user} ${dataDir}), or set DATA_DIR to another folder.`,
  );
}

async function isCluster(folder: string): Promise<boolean> {
  return stat(join(folder, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

/** Folders of starts that were killed half-way. */
async function dropLeftovers(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const pid = new RegExp(`^${CLUSTER_NAME}\\.new-(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(join(dataDir, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function refuseOtherMajor(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!/^pg\d+$/.test(name) || !(await isCluster(join(dataDir, name)))) continue;
    throw new EmbeddedError(
      `${join(dataDir, name)} holds the data of PostgreSQL ${name.slice(2)}, and this version brings ${CLUSTER_NAME.slice(2)}, which cannot read it. Export it with the version that wrote it, or move that folder away to start empty.`,
    );
  }
}

const PASSWORD_BYTES = 24;

function toPasswordPath(dataDir: string): string {
  return join(dataDir, `${CLUSTER_NAME}.password`);
}

/** The first of two simultaneous starts stores its password whole; both then use that one. */
async function storePassword(dataDir: string): Promise<string> {
  const path = toPasswordPath(dataDir);
  const aside = `${path}-${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(aside, `${randomBytes(PASSWORD_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(aside, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(aside);
  }
  return readPassword(dataDir);
}

async function readPassword(dataDir: string): Promise<string> {
  const path = toPasswordPath(dataDir);
  const password = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (password === '') {
    throw new EmbeddedError(
      `${path} is missing or empty: it holds the database's password. Restore it from the backup that ${CLUSTER_NAME} came from, next to it.`,
    );
  }
  return password;
}

/** As another user, PostgreSQL must be able to walk through DATA_DIR; what is in it keeps its own modes. */
async function prepareWork(dataDir: string, work: string, password: string, launcher: Launcher): Promise<void> {
  await mkdir(work, { mode: 0o700 });
  await mkdir(join(work, 'cluster'), { mode: 0o700 });
  await writeFile(join(work, 'password'), password, { mode: 0o600 });
  if (launcher.owner === null) return;
  const { uid, gid } = launcher.owner;
  await chmod(dataDir, (await stat(dataDir)).mode | 0o011);
  for (const path of [join(work, 'cluster'), join(work, 'password'), work]) await chown(path, uid, gid);
}

/** The C.UTF-8 of PostgreSQL itself: the same order on every machine, whatever its system libraries. */
function toInitWords(work: string, isThrowaway: boolean): readonly string[] {
  return [
    ...['-D', join(work, 'cluster'), '-U', CLUSTER_USER, '-A', 'scram-sha-256'],
    `--pwfile=${join(work, 'password')}`,
    ...['-E', 'UTF8', '--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(isThrowaway ? ['--no-sync'] : []),
  ];
}

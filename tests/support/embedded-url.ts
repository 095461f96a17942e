import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Address of the embedded PostgreSQL that runs on a data folder, as its superuser: a test may look into every table. */
export async function readEmbeddedUrl(dataDir: string): Promise<string> {
  const cluster = (await readdir(dataDir)).find((name) => /^pg\d+$/.test(name));
  if (!cluster) throw new Error(`no PostgreSQL folder in ${dataDir}`);
  const [, , , port] = (await readFile(join(dataDir, cluster, 'postmaster.pid'), 'utf8')).split('\n');
  const password = (await readFile(join(dataDir, `${cluster}.password`), 'utf8')).trim();
  return `postgres://mailtracker:${password}@127.0.0.1:${port}/mailtracker`;
}

/** Process id of the postmaster that runs on a data folder. */
export async function readEmbeddedPid(dataDir: string): Promise<number> {
  const cluster = (await readdir(dataDir)).find((name) => /^pg\d+$/.test(name));
  return Number((await readFile(join(dataDir, cluster ?? 'pg', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

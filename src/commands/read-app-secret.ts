import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';

/**
 * APP_SECRET from the environment, or the one kept in the data folder (made there on first use, readable by its owner
 * only). Two processes starting at once agree: the first to link its complete file into place wins, both read it back.
 */
export async function readAppSecret(config: Pick<Config, 'appSecret' | 'dataDir'>): Promise<string> {
  if (config.appSecret !== null) return config.appSecret;
  const path = join(config.dataDir, 'app-secret');
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, randomBytes(48).toString('base64url'), { mode: 0o600 });
  await link(fresh, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(fresh, { force: true });
  const secret = (await readFile(path, 'utf8')).trim();
  if (secret.length < SECRET_CHARS_MIN)
    throw new Error(`${path} is damaged: put back the file from your backup, or set APP_SECRET.`);
  return secret;
}

const SECRET_CHARS_MIN = 32;

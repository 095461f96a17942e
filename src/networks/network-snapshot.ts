import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { NETWORK_CLASSES } from '../domain/network-class.ts';

/** The downloaded lists as they lie in the data folder: one file, so that a new one replaces all of them at once. */
export interface NetworkSnapshot {
  readonly format: 1;
  readonly lists: readonly SnapshotList[];
}

export interface SnapshotList {
  readonly source: string;
  readonly networkClass: (typeof NETWORK_CLASSES)[number];
  readonly url: string;
  /** ISO times: when we downloaded it, and the moment its content stands for. */
  readonly fetchedAt: string;
  readonly date: string;
  /** "first-last", merged and sorted. */
  readonly ranges: readonly string[];
}

/** The snapshot of a folder, or null when none was stored. Throws when the file is not one of ours. */
export async function readSnapshot(folder: string): Promise<NetworkSnapshot | null> {
  const text = await readFile(toSnapshotFile(folder), 'utf8').catch(toNullWhenMissing);
  if (text === null) return null;
  return snapshotShape.parse(JSON.parse(text));
}

/** Writes aside, syncs, and renames: a reader sees the old lists or the new ones, and a crash leaves one of them. */
export async function storeSnapshot(folder: string, snapshot: NetworkSnapshot): Promise<void> {
  await mkdir(folder, { recursive: true });
  const aside = join(folder, `.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(aside, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(snapshot));
    await file.sync();
    await file.close();
    await rename(aside, toSnapshotFile(folder));
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(aside, { force: true });
    throw error;
  }
}

/** Changes whenever another snapshot was stored; null when there is none. */
export async function readSnapshotStamp(folder: string): Promise<string | null> {
  const file = await stat(toSnapshotFile(folder), { bigint: true }).catch(toNullWhenMissing);
  return file === null ? null : `${file.ino}:${file.mtimeNs}:${file.size}`;
}

const snapshotShape: z.ZodType<NetworkSnapshot> = z.object({
  format: z.literal(1),
  lists: z.array(
    z.object({
      source: z.string(),
      networkClass: z.enum(NETWORK_CLASSES),
      url: z.string(),
      fetchedAt: z.iso.datetime(),
      date: z.iso.datetime(),
      ranges: z.array(z.string()),
    }),
  ),
});

function toSnapshotFile(folder: string): string {
  return join(folder, 'networks.json');
}

function toNullWhenMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** Where the first block stands that is not acknowledged. */
export interface Cursor {
  readonly segment: number;
  readonly offset: number;
  /** The block's index in its segment. */
  readonly index: number;
}

/**
 * Null when there is none or it is damaged: then every segment that is left is read, and what was stored already is
 * told by its block id.
 */
export async function readCursor(folder: string): Promise<Cursor | null> {
  const text = await readFile(join(folder, NAME), 'latin1').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const [, body, crc] = /^(\d+ \d+ \d+) ([0-9a-f]{8})\n$/.exec(text) ?? [];
  if (body === undefined || toCrc(body) !== crc) return null;
  const [segment = 0, offset = 0, index = 0] = body.split(' ').map(Number);
  return { segment, offset, index };
}

/** Replaces the file in one step; when this answers, the new one outlives a power cut, and files before it may go. */
export async function storeCursor(folder: string, cursor: Cursor): Promise<void> {
  const body = `${cursor.segment} ${cursor.offset} ${cursor.index}`;
  const next = join(folder, `${NAME}.next`);
  const file = await open(next, 'w', 0o600);
  try {
    await file.writeFile(`${body} ${toCrc(body)}\n`, 'latin1');
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(next, join(folder, NAME));
  await syncFolder(folder);
}

const NAME = 'cursor';

function toCrc(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPackages } from './unpack-packages.ts';

const LIBRARY = 'faketime/libfaketimeMT.so.1';

/** A clock of the system for one process and its threads, which a test sets. What only goes forward is left alone. */
export interface FakeTime {
  /** For the process. */
  readonly env: Readonly<Record<string, string>>;
  /** So many seconds from the true time. */
  jump(seconds: number): void;
}

/** By libfaketime: the system's, or Debian's package unpacked into node_modules/.cache. */
export async function makeFakeTime(folder: string): Promise<FakeTime> {
  const file = join(folder, 'faketime');
  const jump = (seconds: number): void => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  jump(0);
  return {
    env: {
      LD_PRELOAD: await findLibrary(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    jump,
  };
}

async function findLibrary(): Promise<string> {
  const found = findIn('/usr/lib');
  if (found !== null) return found;
  const { root } = await unpackPackages('faketime', ['libfaketime'], 'usr/share/doc/libfaketime');
  const unpacked = findIn(join(root, 'usr/lib'));
  if (unpacked === null) throw new Error('libfaketime was unpacked, and has no library for threads');
  return unpacked;
}

function findIn(folder: string): string | null {
  const paths = readdirSync(folder)
    .filter((name) => name.includes('-linux-'))
    .map((name) => join(folder, name, LIBRARY));
  return paths.find((path) => existsSync(path)) ?? null;
}

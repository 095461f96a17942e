import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder } from './running-server.ts';

// Real file systems that fill up or break, which only root may mount. Where the tests are not root, segment-writer.test.ts
// and power-cut.test.ts take the disk's part.

/** A file system of its own, for one test. */
export interface TestDisk {
  readonly folder: string;
  /** Unmounts and removes it, also while a file is open there. */
  remove(): void;
}

/** In memory, of so many bytes; null where this may not be mounted. */
export async function mountSmallDisk(bytes: number): Promise<TestDisk | null> {
  const folder = await makeTempFolder();
  return mount(folder, ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
}

export interface BreakableDisk extends TestDisk {
  /** What the kernel does when it finds an ext4 damaged: it takes no more writes, open files included. */
  makeReadOnly(): void;
}

/** An ext4 in a file; null where this may not be mounted. */
export async function mountBreakableDisk(): Promise<BreakableDisk | null> {
  const aside = await makeTempFolder();
  const image = join(aside, 'image');
  const folder = join(aside, 'disk');
  mkdirSync(folder);
  writeFileSync(image, Buffer.alloc(IMAGE_BYTES));
  try {
    execFileSync('mkfs.ext4', ['-q', image], { stdio: 'ignore' });
  } catch {
    rmSync(aside, { recursive: true });
    return null;
  }
  const disk = mount(folder, ['-o', 'loop,errors=remount-ro', image, folder]);
  const trigger = disk && findTrigger(folder);
  if (disk === null || trigger === null) {
    disk?.remove();
    rmSync(aside, { recursive: true });
    return null;
  }
  return {
    folder,
    makeReadOnly: () => writeFileSync(trigger, '1'),
    remove() {
      disk.remove();
      rmSync(aside, { recursive: true });
    },
  };
}

const IMAGE_BYTES = 16 * 1024 * 1024;

/** What a file system that fills up is filled with, and freed by removing. */
export const BALLAST = 'ballast';

/** Leaves about so many bytes. */
export function fillDisk(folder: string, bytesLeft: number): void {
  const path = join(folder, BALLAST);
  const chunk = Buffer.alloc(16 * 1024);
  let bytes = Buffer.alloc(0);
  try {
    for (;;) {
      bytes = Buffer.concat([bytes, chunk]);
      writeFileSync(path, bytes);
    }
  } catch {
    writeFileSync(path, bytes.subarray(0, Math.max(0, bytes.length - bytesLeft - chunk.length)));
  }
}

function mount(folder: string, words: readonly string[]): TestDisk | null {
  try {
    execFileSync('mount', words, { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
  return {
    folder,
    remove() {
      execFileSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true });
    },
  };
}

/** The file of the kernel that reports an error of the file system on a folder. */
function findTrigger(folder: string): string | null {
  const line = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((text) => text.split(' ')[1] === folder);
  const device = line?.split(' ')[0]?.replace('/dev/', '') ?? '';
  const path = join('/sys/fs/ext4', device, 'trigger_fs_error');
  return device !== '' && existsSync(path) ? path : null;
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** All files under the folders of a package, as paths from its root with `/`, in order; node_modules is left out. */
export function listFiles(
  root: string,
  folders: readonly string[] = ['src', 'web', 'tests', 'bench', 'bin'],
): readonly string[] {
  return folders.flatMap((folder) => (existsSync(join(root, folder)) ? walk(root, folder) : [])).sort();
}

export function readText(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** What the house's rules for code apply to. */
export function isCode(path: string): boolean {
  return /\.(ts|tsx|mjs)$/.test(path);
}

/** Tests and what only tests use. */
export function isTest(path: string): boolean {
  return path.startsWith('tests/') || /\.(test|conformance)\.tsx?$/.test(path);
}

function walk(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : walk(root, path);
    return entry.isFile() ? [path] : [];
  });
}

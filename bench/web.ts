import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

// What a browser must fetch before My engagement stands: the scripts that the built index.html names, gzip. Needs
// `npm run build`; ends with 1 when it is over the budget.

/** Of JavaScript on the first load. */
export const FIRST_LOAD_BYTES_MAX = 180_000;

const FOLDER = join(import.meta.dirname, '../dist/web');

/** Bytes of each script on the first load, largest first. */
export function readFirstLoad(folder: string): readonly { readonly path: string; readonly bytes: number }[] {
  const page = ['app.html', 'index.html'].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (page === undefined) throw new Error(`no screens in ${folder}: run npm run build first`);
  const paths = [...readFileSync(page, 'utf8').matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map(
    (found) => found[1] ?? '',
  );
  return paths
    .map((path) => ({ path, bytes: gzipSync(readFileSync(join(folder, path)), { level: 9 }).length }))
    .sort((one, other) => other.bytes - one.bytes);
}

const scripts = readFirstLoad(FOLDER);
const total = scripts.reduce((sum, { bytes }) => sum + bytes, 0);
for (const { path, bytes } of scripts) console.log(`${String(bytes).padStart(8)}  ${path}`);
console.log(`${String(total).padStart(8)}  together, of at most ${FIRST_LOAD_BYTES_MAX}`);
process.exitCode = total <= FIRST_LOAD_BYTES_MAX ? 0 : 1;

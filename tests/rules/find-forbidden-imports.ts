import { posix } from 'node:path';
import { IMPORT_MAP, PACKAGE_MAP } from './import-map.ts';
import { readImports } from './read-imports.ts';
import { isCode, isTest, listFiles, readText } from './source-files.ts';

/**
 * Holds the code of src/ and web/ against the import map. Answers one line per offence, such as
 * "src/domain/hit.ts:3 domain may not import db (../db/connect.ts)". Tests may reach anything; nothing may reach them.
 */
export function findForbiddenImports(root: string, packages: Packages): readonly string[] {
  const files = listFiles(root, ['src', 'web']).filter((path) => isCode(path) && !isTest(path));
  return files.flatMap((path) => {
    const zone = toZone(path);
    if (!(zone in IMPORT_MAP)) return [`${path} is in "${zone}", which the import map does not know`];
    return readImports(readText(root, path)).flatMap(({ specifier, line }) => {
      const offence = specifier === null ? UNREADABLE : toOffence(path, specifier, packages);
      return offence === null ? [] : [`${path}:${line} ${offence}`];
    });
  });
}

/** The package's own lists: what runs on the server must be in `dependencies` or `bundled` into dist, or an installed server lacks it. */
export interface Packages {
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

const UNREADABLE = 'names the file that it reaches by an expression: use a literal';
const ASSET = /\.(css|svg|json|sql|png|txt|wasm|bin)$/;

/** `src/db/connect.ts` → db, `src/config.ts` → config, `web/pages/x.tsx` → web. */
function toZone(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'src' ? second.replace(/\.tsx?$/, '') : top;
}

function toOffence(path: string, specifier: string, packages: Packages): string | null {
  if (specifier.endsWith('/')) return null; // a folder's address, not code
  if (!specifier.startsWith('.')) return toPackageOffence(path, specifier, packages);
  const target = posix.join(posix.dirname(path), specifier);
  if (isTest(target)) return `code may not import tests (${specifier})`;
  // A file beside its own code, or data, is no edge unless it lies in another zone.
  const from = toZone(path);
  const to = toZone(target);
  if (!/^(src|web)\//.test(target))
    return ASSET.test(target) ? null : `may not import from outside src and web (${specifier})`;
  if (from === to || IMPORT_MAP[from]?.includes(to)) return null;
  return `${from} may not import ${to} (${specifier})`;
}

function toPackageOffence(path: string, specifier: string, packages: Packages): string | null {
  const zone = toZone(path);
  const isAllowed = PACKAGE_MAP[zone] ?? (() => true);
  if (!isAllowed(specifier)) return `${zone} may not import ${specifier}`;
  if (specifier.startsWith('node:')) return specifier === 'node:test' ? 'may not import node:test' : null;
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (packages.dependencies.includes(name) || (zone === 'web' && packages.devDependencies.includes(name))) return null;
  return `${name} is not in package.json's ${zone === 'web' ? 'lists' : 'dependencies'}`;
}

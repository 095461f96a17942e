import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from './source-files.ts';

const folders: string[] = [];
let installed: string;
beforeAll(async () => {
  installed = makePackage();
  expect(await ready(installed)).toMatchObject({ code: 0 });
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

// Side by side: each is a folder of its own, and waits for npm most of its time.
describe.concurrent('bin/ready.mjs', () => {
  test('installs what is missing, once, and says nothing on stdout', async () => {
    const root = makePackage();
    const first = await ready(root);
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toMatch(/installing.*\n.*done in \d/s);
    expect(existsSync(join(root, 'node_modules/neighbour/package.json'))).toBe(true);
    expect(await ready(root)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('accepts what npm installed without us', async () => {
    const root = copyInstalled();
    rmSync(join(root, 'node_modules/.ready.json'));
    expect(await ready(root)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(join(root, 'node_modules/.ready.json'))).toBe(true);
  });

  test.each([
    [
      'the lockfile asks for another version',
      (root: string) => edit(join(root, 'package-lock.json'), '1.0.0', '1.0.1'),
    ],
    [
      'npm changed something behind our back',
      (root: string) => edit(join(root, 'node_modules/.package-lock.json'), '1.0.0', '0.9.0'),
    ],
    ['an install was broken off', (root: string) => rmSync(join(root, 'node_modules/.package-lock.json'))],
  ])('installs again when %s', async (_why, spoil) => {
    const root = copyInstalled();
    spoil(root);
    edit(join(root, 'neighbour/package.json'), '1.0.0', version(root));
    const again = await ready(root);
    expect(again).toMatchObject({ code: 0, stdout: '' });
    expect(again.stderr).toContain('installing');
  });

  test('two at once install one time only', async () => {
    const root = makePackage();
    const both = await Promise.all([ready(root), ready(root)]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.filter(({ stderr }) => stderr.includes('installing up to'))).toHaveLength(1);
    expect(existsSync(join(root, '.bin-lock'))).toBe(false);
  });

  test('takes over the lock of a process that was killed', async () => {
    const root = makePackage();
    writeFileSync(join(root, '.bin-lock'), `${hostname()} ${await toDeadPid()} 00`);
    expect(await ready(root)).toMatchObject({ code: 0, stdout: '' });
    expect(existsSync(join(root, '.bin-lock'))).toBe(false);
  });

  test('says what npm said when it fails, and never takes a failed install for a done one', async () => {
    const root = makePackage();
    edit(join(root, 'package.json'), '"neighbour":', '"other": "file:./other", "neighbour":');
    const failed = await ready(root);
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(/could not be installed[\s\S]*in sync/);
    expect(await ready(root)).toMatchObject({ code: 1 });
  });

  test('refuses a Node that is too old, naming what it needs', async () => {
    const old = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.18.3' });`;
    const refused = await ready(makePackage(), ['--import', old]);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/needs Node\.js 20\.19 or newer, and this is 20\.18\.3/);
  });
});

/** A package like ours with one dependency that lies beside it, so that nothing is fetched. */
function makePackage(): string {
  const root = mkdtempSync(join(tmpdir(), 'mailtracker-ready-'));
  folders.push(root);
  cpSync(join(ROOT, 'bin'), join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'neighbour'));
  const dependencies = { neighbour: 'file:./neighbour' };
  write(join(root, 'neighbour/package.json'), { name: 'neighbour', version: '1.0.0' });
  write(join(root, 'package.json'), { name: 'x', version: '1.0.0', private: true, dependencies });
  write(join(root, 'package-lock.json'), {
    name: 'x',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'x', version: '1.0.0', dependencies },
      neighbour: { version: '1.0.0' },
      'node_modules/neighbour': { resolved: 'neighbour', link: true },
    },
  });
  return root;
}

/** As after the first install; npm takes half a second for each. */
function copyInstalled(): string {
  const root = mkdtempSync(join(tmpdir(), 'mailtracker-ready-'));
  folders.push(root);
  cpSync(installed, root, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return root;
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function ready(root: string, nodeWords: readonly string[] = []): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeWords, join(root, 'bin/ready.mjs')], { cwd: tmpdir() });
    const printed = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      printed.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      printed.stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...printed }));
  });
}

function toDeadPid(): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    child.on('exit', () => resolve(child.pid ?? 0));
  });
}

function version(root: string): string {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages.neighbour.version;
}

function edit(path: string, before: string, after: string): void {
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(before, after));
}

function write(path: string, content: unknown): void {
  writeFileSync(path, JSON.stringify(content, null, 2));
}

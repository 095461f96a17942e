import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

// Finds a Chromium and starts it: the one named by CHROMIUM_PATH, the system's, or the one that npm brought (Linux x64).
// In comes nothing, out goes a running browser; the caller closes it. Never downloads, never touches the system.

const SYSTEM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const PACKAGE_FOLDER = join(import.meta.dirname, '../../node_modules/@sparticuz/chromium');
const CACHE_FOLDER = join(import.meta.dirname, '../../node_modules/.cache');

// The package's own flags are left aside: with --single-process a second context kills the browser.
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--font-render-hinting=none',
];

const LAUNCH_TIMEOUT_MS = 60_000;
const UNPACK_TIMEOUT_MS = 120_000;
const run = promisify(execFile);

export async function launchBrowser(): Promise<Browser> {
  const { path, env } = await findChromium();
  return chromium.launch({
    executablePath: path,
    args: [...FLAGS, `--user-agent=${await toUserAgent(path, env)}`],
    // It cannot start as root nor in most containers, and only our own pages are opened here.
    chromiumSandbox: false,
    env: { ...readEnvironment(), ...env },
    timeout: LAUNCH_TIMEOUT_MS,
  });
}

/** A person's browser does not call itself HeadlessChrome, and what does is rightly judged a bot. */
async function toUserAgent(path: string, env: Chromium['env']): Promise<string> {
  const { stdout } = await run(path, ['--version'], { env: { ...process.env, ...env } });
  const major = /\d+/.exec(stdout)?.[0] ?? '147';
  return `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`;
}

interface Chromium {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

async function findChromium(): Promise<Chromium> {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (await exists(named)) return { path: named, env: {} };
    throw new Error(`CHROMIUM_PATH names ${named}, which is not there`);
  }
  for (const path of SYSTEM_PATHS) if (await exists(path)) return { path, env: {} };
  if (process.platform === 'linux' && process.arch === 'x64') return unpackChromium();
  throw new Error('no Chromium found: install one and name it in CHROMIUM_PATH');
}

/** Unpacks aside and renames, so that two test runs at once never see half a browser. About 6 s, once. */
async function unpackChromium(): Promise<Chromium> {
  const manifest = JSON.parse(await readFile(join(PACKAGE_FOLDER, 'package.json'), 'utf8')) as { version: string };
  const folder = join(CACHE_FOLDER, `chromium-${manifest.version}`);
  if (!(await exists(folder))) await unpackInto(folder);
  const env: Record<string, string> = {};
  if (!(await hasSystemLibraries())) env.LD_LIBRARY_PATH = join(folder, 'al2023/lib');
  if (!(await exists('/etc/fonts/fonts.conf'))) env.FONTCONFIG_PATH = await writeFontConfig(folder);
  return { path: join(folder, 'chromium'), env };
}

async function unpackInto(folder: string): Promise<void> {
  await mkdir(CACHE_FOLDER, { recursive: true });
  const aside = await mkdtemp(join(CACHE_FOLDER, 'chromium-unpacking-'));
  try {
    // The package unpacks into the temporary folder, and its libraries only where it believes to be on that platform.
    const source = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
    await run(process.execPath, ['--input-type=module', '-e', source], {
      cwd: PACKAGE_FOLDER,
      env: { ...process.env, TMPDIR: aside, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
      timeout: UNPACK_TIMEOUT_MS,
    });
    await rename(aside, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function hasSystemLibraries(): Promise<boolean> {
  const listed = await run('/sbin/ldconfig', ['-p']).catch(() => null);
  return ['libnss3.so', 'libnspr4.so', 'libexpat.so.1'].every((name) => listed?.stdout.includes(name));
}

/** The package's own font file names folders of another platform. */
async function writeFontConfig(folder: string): Promise<string> {
  const fonts = join(folder, 'fonts');
  const config = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${fonts}</dir><cachedir>${join(tmpdir(), 'mailtracker-font-cache')}</cachedir></fontconfig>`;
  await writeFile(join(fonts, 'fonts.conf'), config);
  return fonts;
}

function readEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ELSEWHERE } from '../rules/commands-elsewhere.ts';
import { listPages, readBlocks } from '../rules/read-commands.ts';
import { type SlackFake, startSlack } from '../support/fakes/start-slack.ts';
import { openLive } from '../support/live-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import {
  findFreePort,
  makeTempFolder,
  type RunningServer,
  removeFolder,
  startServer,
  waitFor,
} from '../support/running-server.ts';
import { unpackPackages } from '../support/unpack-packages.ts';

// Pages that are run cannot rot: what README and docs tell to type is typed here, against a server with the demo in it.

const ROOT = new URL('../../', import.meta.url).pathname;
const MAIN = join(ROOT, 'dist/main.js');
const METRICS_TOKEN = 'a-token-of-tests-alone';
const run = promisify(execFile);

const PAGES = listPages();

let slack: SlackFake;
let redis: TestRedis;
let server: RunningServer;
let apiKey = '';
const children: ChildProcess[] = [];
beforeAll(async () => {
  const dataDir = await makeTempFolder();
  const { stdout } = await run(process.execPath, [MAIN, 'demo', '--json'], { env: toEnvironment(dataDir) });
  apiKey = JSON.parse(stdout).apiKey;
  slack = await startSlack();
  redis = await startRedis();
  const env = { METRICS_TOKEN, REDIS_URL: redis.url, DESTINATIONS_URLS: `slack=${slack.url}` };
  server = await startServer({ dataDir, env });
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server?.stop();
  await slack?.close();
  await redis?.stop();
  if (server) await removeFolder(server.dataDir);
});

describe('what the pages tell to type works, from top to bottom:', () => {
  const typed = PAGES.map((page) => ({ page, script: toScript(page) })).filter(({ script }) => script !== '');
  test.each(typed)('$page', async ({ script }) => {
    const env = toEnvironment(server.dataDir);
    const text = `set -euo pipefail\n${script.replaceAll('http://localhost:3000', server.url)}`;
    await run('bash', ['-c', text], { cwd: ROOT, env, maxBuffer: 64 * 1024 ** 2 });
  });

  test('and there is something to type in the README, in verdicts and in the API guide', () => {
    expect(typed.map(({ page }) => page)).toEqual(expect.arrayContaining(['docs/api.md', 'docs/verdicts.md']));
    expect(
      readBlocks(read('README.md'))
        .map(({ text }) => text)
        .join(''),
    ).toContain('npm start');
  });
});

test('every command that a page names is there, and says what it is for', async () => {
  const { stdout } = await run(process.execPath, [MAIN, '--help']);
  const known = new Set([...stdout.matchAll(/^ {2}([\w-]+) {2}/gm)].map(([, name]) => name));
  const named = PAGES.flatMap((page) =>
    [...read(page).matchAll(/`(?:npm run -s mailtracker -- |npx mailtracker |mailtracker )([a-z][\w-]*)/g)].map(
      ([, name]) => name,
    ),
  );
  expect(new Set(named).size).toBeGreaterThan(5);
  expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
});

test('docs/metrics.md and the processes name the same metrics, with the same types', async () => {
  const live = await openLive(server.url, { headers: { authorization: `Bearer ${apiKey}` } });
  expect(live.status).toBe(200);
  const whole = await readMetrics(server.url);
  live.cut();
  const web = await startServer({ words: ['--role', 'web'], env: { METRICS_TOKEN } });
  const there = new Map([...whole, ...(await readMetrics(web.url))]);
  await web.stop();
  await removeFolder(web.dataDir);
  const rows = [...read('docs/metrics.md').matchAll(/^\| `(\w+)` \| (\w+) \| .+ \|$/gm)];
  const told = new Map(rows.map(([, name = '', type = '']) => [name, type]));
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(there));

  for (const page of ['deploy/alerts.yaml', 'deploy/grafana-dashboard.json', 'docs/operations.md']) {
    const used = [...read(page).matchAll(/\bmailtracker_\w+/g)].map(([name]) => name);
    const isThere = (name: string) => there.has(name) || there.has(name.replace(/_(bucket|sum|count)$/, ''));
    expect(used.length).toBeGreaterThan(3);
    expect(
      used.filter((name) => !isThere(name)),
      page,
    ).toEqual([]);
  }
});

describe('promtool finds nothing wrong with', () => {
  test('the alert rules', async () => {
    const { path, env } = await findPromtool();
    const { stdout } = await run(path, ['check', 'rules', join(ROOT, 'deploy/alerts.yaml')], { env });
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
  });

  test('the names, types and helps of what a server answers', async () => {
    const { path, env } = await findPromtool();
    const checking = run(path, ['check', 'metrics'], { env });
    checking.child.stdin?.end(await readMetricsText(server.url));
    expect(await checking).toEqual({ stdout: '', stderr: '' });
  });
});

describe('the examples:', () => {
  test('the webhook receiver prints what MailTracker signed, once, and refuses what it did not', async () => {
    const port = await findFreePort();
    const url = `http://localhost:${port}/mailtracker`;
    const made = await post('/api/destinations', { type: 'webhook', name: 'Example', url, events: ['signal_raised'] });
    const child = spawn(process.execPath, ['--import', 'tsx', 'examples/webhook-receiver.ts'], {
      cwd: ROOT,
      env: { ...toEnvironment(server.dataDir), MAILTRACKER_SECRET: made.secret, PORT: String(port) },
    });
    children.push(child);
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    await waitFor(async () => printed.includes('Listening'), 'the receiver');
    const headers = { 'webhook-id': 'a', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)) };
    const forged = {
      method: 'POST',
      body: '{"type":"forged"}',
      headers: { ...headers, 'webhook-signature': 'v1,AAAA' },
    };
    expect((await fetch(`http://127.0.0.1:${port}/mailtracker`, forged)).status).toBe(401);
    await post(`/api/destinations/${made.id}/test`, undefined);
    await waitFor(async () => printed.includes('Received: test'), 'the test message');
    expect(printed).not.toContain('forged');
    const closed = once(child, 'exit');
    child.kill('SIGTERM');
    await closed;
  });

  test('the Slack set-up makes a destination for hot signals and sends its test message', async () => {
    const env = { ...toEnvironment(server.dataDir), MAILTRACKER_KEY: apiKey, MAILTRACKER_URL: server.url };
    const words = { ...env, SLACK_WEBHOOK: slack.url + slack.hook };
    const { stdout } = await run('sh', ['examples/slack-alerts.sh'], { cwd: ROOT, env: words });
    expect(stdout).toContain('Hot signals go to Slack');
    expect(slack.messages).toHaveLength(1);
    await expect(run('sh', ['examples/slack-alerts.sh'], { cwd: ROOT, env })).rejects.toThrow('incoming webhook');
  });
});

/** The system's, or the one of Debian's package. */
async function findPromtool(): Promise<{ path: string; env: NodeJS.ProcessEnv }> {
  const folders = (process.env.PATH ?? '').split(':');
  const system = folders.map((folder) => join(folder, 'promtool')).find((path) => existsSync(path));
  if (system !== undefined) return { path: system, env: process.env };
  const { root, env } = await unpackPackages('prometheus', ['prometheus'], 'usr/bin/promtool');
  return { path: join(root, 'usr/bin/promtool'), env };
}

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

function toScript(page: string): string {
  const typed = readBlocks(read(page)).filter(({ language }) => language === 'sh');
  const lines = typed.flatMap(({ text }) => text.split('\n'));
  return lines
    .filter((line) => !ELSEWHERE.some(([pattern]) => pattern.test(line.replace(/ +#.*$/, ''))))
    .join('\n')
    .trim();
}

async function readMetrics(url: string): Promise<Map<string, string>> {
  const types = [...(await readMetricsText(url)).matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  return new Map(types.map(([, name = '', type = '']) => [name, type]));
}

async function readMetricsText(url: string): Promise<string> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  return answer.text();
}

// biome-ignore lint/suspicious/noExplicitAny: answers of several shapes
async function post(path: string, body: unknown): Promise<any> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const answer = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) ?? null });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

function toEnvironment(dataDir: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => /^(PATH|HOME|LANG|TMPDIR|npm_config_cache)$/.test(name));
  return { ...Object.fromEntries(kept), DATA_DIR: dataDir } as Record<string, string>;
}

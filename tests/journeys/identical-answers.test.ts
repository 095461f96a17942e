import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MyStats } from '../../src/contract/my-stats.ts';
import type { Signature } from '../../src/contract/signature.ts';
import { type ApiClient, signUp } from '../support/api-client.ts';
import { readEmbeddedPid, readEmbeddedUrl } from '../support/embedded-url.ts';
import { type RunningServer, removeFolder, startServer, waitFor } from '../support/running-server.ts';

const THUNDERBIRD = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0';

let server: RunningServer;
let client: ApiClient;
let path: string;

beforeAll(async () => {
  server = await startServer({ env: { TRUST_PROXY: '127.0.0.1' } });
  client = await signUp(server);
  path = new URL((await client.get<Signature>('/api/signatures/me')).body.pixelUrl ?? '').pathname;
});

afterAll(async () => {
  await server.stop();
  await removeFolder(server.dataDir);
});

test('valid, unknown, malformed and throttled tokens get one and the same answer, byte for byte', async () => {
  const answers = new Set<string>();
  answers.add(await readRaw(path, '198.51.100.1'));
  answers.add(await readRaw('/api/t/u/AAAAAAAAAAAAAAAAAAAAAAAA.gif', '198.51.100.1'));
  answers.add(await readRaw('/api/t/u/short.gif', '198.51.100.1'));
  answers.add(await readRaw('/api/t/u/%2e%2e%2fsecret.gif?x=1', '198.51.100.1'));
  for (let sent = 0; sent < 150; sent += 1) answers.add(await readRaw(path, '198.51.100.2', `Thunderbird/${sent}`));
  expect([...answers]).toHaveLength(1);
  const [answer] = answers;
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(answer).toContain('Content-Type: image/gif\r\n');
  expect(answer).toContain('Content-Length: 43\r\n');
  expect(answer?.split('\r\n\r\n')[1]).toHaveLength(43);
});

test('the answer stays the same while PostgreSQL is stopped, and what came meanwhile is counted when it is back', async () => {
  const usual = await readRaw(path, '198.51.100.3');
  await waitForEvents(1);
  const before = await readOpens();
  const postgres = await readEmbeddedPid(server.dataDir);
  // SIGSTOP is a database that hangs: connections stay open and nothing answers.
  process.kill(postgres, 'SIGSTOP');
  const children = await readChildren(postgres);
  for (const child of children) process.kill(child, 'SIGSTOP');
  const answers: string[] = [];
  for (let sent = 0; sent < 20; sent += 1) answers.push(await readRaw(path, `198.51.100.${100 + sent}`));
  for (const child of children) process.kill(child, 'SIGCONT');
  process.kill(postgres, 'SIGCONT');
  expect(new Set(answers)).toEqual(new Set([usual]));
  await waitFor(async () => (await readOpens()) === before + 20, '20 opens after the database came back', 40_000);
});

test('the answer stays the same while PostgreSQL refuses connections, and what came meanwhile is counted afterwards', async () => {
  const usual = await readRaw(path, '198.51.100.4');
  await waitFor(async () => (await readOpens()) > 0, 'an open');
  await waitForEvents(1);
  const before = await readOpens();
  const database = new pg.Client({
    connectionString: (await readEmbeddedUrl(server.dataDir)).replace(/\/mailtracker$/, '/postgres'),
  });
  await database.connect();
  await database.query('alter database mailtracker allow_connections false');
  await database.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'mailtracker'");
  const answers: string[] = [];
  for (let sent = 0; sent < 20; sent += 1) answers.push(await readRaw(path, `198.51.100.${150 + sent}`));
  await database.query('alter database mailtracker allow_connections true');
  await database.end();
  expect(new Set(answers)).toEqual(new Set([usual]));
  await waitFor(async () => (await readOpens()) === before + 20, '20 opens after the database came back', 40_000);
});

async function readOpens(): Promise<number> {
  return (await client.get<MyStats>('/api/tracking/my-stats')).body.today.opens;
}

/** Waits until nothing more arrives from hits sent before. */
async function waitForEvents(eventsMin: number): Promise<void> {
  let before = -1;
  await waitFor(async () => {
    const opens = await readOpens();
    const isStill = opens === before && opens >= eventsMin;
    before = opens;
    if (!isStill) await new Promise((resolve) => setTimeout(resolve, 400));
    return isStill;
  }, 'the hits sent before to be stored');
}

/** The raw answer without its Date line. */
async function readRaw(target: string, address: string, userAgent = THUNDERBIRD): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(
    `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: ${userAgent}\r\nX-Forwarded-For: ${address}\r\nConnection: close\r\n\r\n`,
  );
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  await once(socket, 'close');
  return answer.replace(/\r\nDate: [^\r]*/, '');
}

async function readChildren(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

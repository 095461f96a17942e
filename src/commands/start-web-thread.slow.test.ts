import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request as ask, type IncomingMessage } from 'node:http';
import { Session } from 'node:inspector';
import { dirname } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { readConfig } from '../config.ts';
import type { Log } from '../kit/log.ts';
import { startWebThread, type WebThread } from './start-web-thread.ts';

/** From source, a thread compiles what it runs first: half a minute on a machine that is busy with other tests. */
const THREAD_MS_MAX = 45_000;
vi.setConfig({ testTimeout: 2 * THREAD_MS_MAX, hookTimeout: 2 * THREAD_MS_MAX });

const APP_SECRET = 'an-app-secret-of-tests-with-32-characters';
const config = readConfig({ LOG_LEVEL: 'silent', APP_SECRET, DATA_DIR: '/nonexistent' });

let database: TestDatabase;
let thread: WebThread | null;
let workers: Worker[];
let events: string[];
const noteWorker = (worker: Worker): void => void workers.push(worker);
const keep = (_fields: object, event: string): void => void events.push(event);
const log: Log = { debug: keep, info: keep, warn: keep, error: keep };

beforeEach(async () => {
  database = await createTestDatabase();
  [thread, workers, events] = [null, [], []];
  process.on('worker', noteWorker);
});
afterEach(async () => {
  process.off('worker', noteWorker);
  await thread?.stop();
  await database.drop();
});

async function start(databaseUrl = database.ownerUrl): Promise<WebThread> {
  const readPixelSpeed = async () => ({ p99Ms: 1.5, answers: 7 });
  const heartbeat = { everyMs: 200, missedMax: 10 };
  thread = await startWebThread({ config, appSecret: APP_SECRET, databaseUrl, log, readPixelSpeed, heartbeat });
  return thread;
}

interface Asked {
  readonly method?: string;
  readonly cookie?: string;
  readonly body?: object;
}

/** As main asks: over the socket file, and telling who asks. */
async function begin({ socketPath }: WebThread, path: string, { method = 'GET', cookie = '', body }: Asked = {}) {
  if (socketPath === null) throw new Error('it listens nowhere');
  const headers = { 'X-Forwarded-For': '192.0.2.7', 'Content-Type': 'application/json', Cookie: cookie };
  const outgoing = ask({ socketPath, method, path, headers, agent: false });
  outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return answer;
}

async function send(of: WebThread, path: string, asked: Asked = {}) {
  const answer = await begin(of, path, asked);
  let text = '';
  for await (const part of answer.setEncoding('utf8')) text += part;
  return { status: answer.statusCode, text, cookies: answer.headers['set-cookie'] ?? [] };
}

async function openStream(of: WebThread, cookie: string): Promise<IncomingMessage> {
  const stream = await begin(of, '/api/live', { cookie });
  expect(stream.statusCode).toBe(200);
  return stream.on('error', () => undefined).resume();
}

/** Leaves the web thread in a loop without an end, by its debugger. Answers how to let go of it. */
function hang(): () => void {
  const session = new Session();
  session.connect();
  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
    // Others are of whatever loads these tests.
    if (workerInfo.title !== `[worker ${workers[0]?.threadId}]`) return;
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: 'for (;;);' } });
    session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
  });
  session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  return () => session.disconnect();
}

async function signUp(of: WebThread): Promise<string> {
  const body = { name: 'Ann', email: 'ann@acme.example', password: 'nine walnut ladders', organizationName: 'Acme' };
  const { status, cookies } = await send(of, '/api/sign-up', { method: 'POST', body });
  expect(status).toBe(201);
  return cookies.map((cookie) => cookie.split(';')[0]).join('; ');
}

test('it answers the API, tells pixel speed as main measured it, and gives what it counts to main', async () => {
  const started = await start();
  expect((await send(started, '/api/session')).status).toBe(401);
  const cookie = await signUp(started);
  const answers = [1, 2, 3].map(() => send(started, '/api/admin/tracking/health', { cookie }));
  for (const { text } of await Promise.all(answers)) expect(JSON.parse(text).pixel).toEqual({ p99Ms: 1.5, answers: 7 });
  const stream = await openStream(started, cookie);
  const [text, again] = await Promise.all([started.readMetrics(), started.readMetrics()]);
  expect(text).toMatch(/^mailtracker_live_\w+ 1$/m);
  expect(again).toContain('mailtracker_live_');
  stream.destroy();
});

test('one that ends unasked is away until it is started again, and nobody is signed out by it', async () => {
  const started = await start();
  const cookie = await signUp(started);
  const before = started.socketPath;
  const asked = started.readMetrics();
  await workers[0]?.terminate();
  expect(started.socketPath).toBeNull();
  await asked;
  expect(await started.readMetrics()).toBe('');
  await vi.waitFor(() => expect(started.socketPath).not.toBeNull(), { timeout: THREAD_MS_MAX, interval: 20 });
  expect(started.socketPath).not.toBe(before);
  expect((await send(started, '/api/session', { cookie })).status).toBe(200);
  expect(workers).toHaveLength(2);
});

test('one whose loop no longer turns is told of, ended and started again', async () => {
  const started = await start();
  const before = started.socketPath;
  const letGo = hang();
  await vi.waitFor(() => expect(events).toContain('web.thread_silent'), { timeout: THREAD_MS_MAX, interval: 20 });
  letGo();
  const isBack = () => started.socketPath !== null && started.socketPath !== before;
  await vi.waitFor(() => expect(isBack()).toBe(true), { timeout: THREAD_MS_MAX, interval: 20 });
  expect((await send(started, '/api/session')).status).toBe(401);
  expect(workers).toHaveLength(2);
});

test('one that is told to stop ends by itself, streams and all, takes its folder with it and stays away', async () => {
  const started = await start();
  const cookie = await signUp(started);
  const folder = dirname(started.socketPath ?? '');
  expect(existsSync(folder)).toBe(true);
  const stream = await openStream(started, cookie);
  const ended = once(stream, 'end');
  await started.stop();
  await ended;
  expect(started.socketPath).toBeNull();
  expect(existsSync(folder)).toBe(false);
  expect(events).not.toContain('web.thread_abandoned');
  expect(await started.readMetrics()).toBe('');
  await vi.waitFor(() => expect(workers.map(({ threadId }) => threadId)).toEqual([-1]));
});

test('one that is told to stop while it waits to be started again is not started', async () => {
  const started = await start();
  const folder = dirname(started.socketPath ?? '');
  await workers[0]?.terminate();
  await started.stop();
  expect(existsSync(folder)).toBe(false);
  expect(workers).toHaveLength(1);
});

test('where it cannot reach its database it says so instead of starting over and over', async () => {
  const away = new URL(database.ownerUrl);
  away.port = '1';
  await expect(start(away.href)).rejects.toThrow(/ECONNREFUSED/);
  expect(events).toContain('web.thread_failed');
  await vi.waitFor(() => expect(workers.map(({ threadId }) => threadId)).toEqual([-1]));
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EmbeddedProcess, startEmbeddedProcess } from '../../../tests/support/embedded-process.ts';
import { waitFor } from '../../../tests/support/running-server.ts';
import { silentLog } from '../../kit/log.ts';
import { EmbeddedError } from './embedded-error.ts';
import { readPostmaster } from './read-postmaster.ts';
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './start-embedded.ts';

let dataDir: string;
let cluster: string;
let servers: EmbeddedPostgres[];
let processes: EmbeddedProcess[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mailtracker-embedded-'));
  cluster = join(dataDir, 'pg18');
  servers = [];
  processes = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await Promise.all(processes.map((child) => child.kill()));
  await waitFor(async () => {
    const { postmaster } = await readPostmaster(cluster);
    if (postmaster) process.kill(postmaster.pid, 'SIGQUIT');
    return postmaster === null;
  }, 'the server to end');
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

test('an empty folder becomes a server on 127.0.0.1 only, closed to whoever lacks its password', async () => {
  const server = await start();
  const url = new URL(server.url);
  expect(url.hostname).toBe('127.0.0.1');
  expect(
    await ask(
      server.url,
      `select current_setting('listen_addresses') as listens, current_setting('unix_socket_directories') as sockets,
        current_setting('random_page_cost') as page_cost, current_setting('data_checksums') as checksums,
        current_database() as name, lower('Ä') as lower`,
    ),
  ).toEqual({ listens: '127.0.0.1', sockets: '', page_cost: '1.1', checksums: 'on', name: 'mailtracker', lower: 'ä' });
  url.password = 'wrong';
  await expect(ask(url.href, 'select 1 as one')).rejects.toThrow(/password authentication failed/);
  expect((await stat(`${cluster}.password`)).mode & 0o777).toBe(0o600);
  expect((await stat(cluster)).mode & 0o777).toBe(0o700);
});

test('what was stored is there after a stop and a start, and nothing runs in between', async () => {
  const first = await start();
  await ask(first.url, 'create table kept as select 42 as answer');
  await first.stop();
  expect(await readPostmaster(cluster)).toEqual({ postmaster: null, stalePid: null });
  const second = await start();
  expect(await ask(second.url, 'select answer from kept')).toEqual({ answer: 42 });
  expect((await readdir(dataDir)).sort()).toEqual(['pg18', 'pg18.log', 'pg18.password']);
});

test('the server’s log holds no statement and no value', async () => {
  const server = await start();
  await ask(server.url, 'create table people (email text unique)');
  await ask(server.url, `insert into people values ('sentinel@example.com')`);
  await expect(ask(server.url, `insert into people values ('sentinel@example.com')`)).rejects.toThrow(/duplicate key/);
  await server.stop();
  expect(await readFile(`${cluster}.log`, 'utf8')).not.toMatch(/sentinel|insert into/);
});

test('processes that start at the same time on an empty folder share one server, and the last one out stops it', async () => {
  const [first, second, third] = await Promise.all([start(), start(), start()]);
  expect(second.url).toBe(first.url);
  expect(third.url).toBe(first.url);
  await Promise.all([first.stop(), second.stop()]);
  expect(await ask(third.url, 'select 1 as one')).toEqual({ one: 1 });
  await third.stop();
  expect((await readPostmaster(cluster)).postmaster).toBeNull();
});

test('leaving and arriving at the same moment always leaves the arriver with a server', async () => {
  let current = await start();
  for (let round = 0; round < 4; round += 1) {
    const [next] = await Promise.all([start(), current.stop()]);
    expect(await ask(next.url, 'select 1 as one')).toEqual({ one: 1 });
    current = next;
  }
});

test('two processes use one server, whoever started it', async () => {
  const child = await startProcess();
  const beside = await start();
  expect(child.answer).toEqual({ url: beside.url });
  await child.stop();
  expect(await ask(beside.url, 'select 1 as one')).toEqual({ one: 1 });
});

test('who started a server that ends with its process leaves after those who work on it', async () => {
  const child = await startProcess({ endsWithProcess: true });
  const beside = await start();
  const { pid } = await readRunning();
  const working = ask(beside.url, 'select 1 as one from pg_sleep(1)');
  const stopping = child.stop();
  expect(await working).toEqual({ one: 1 });
  expect((await readRunning()).pid).toBe(pid);
  await beside.stop();
  await stopping;
  expect((await readPostmaster(cluster)).postmaster).toBeNull();
});

test('after kill -9 of its process nothing committed is lost and a new start takes less than 3 s', async () => {
  const child = await startProcess({ endsWithProcess: true });
  const { url } = toRunning(child);
  await ask(url, 'create table kept as select generate_series(1, 1000) as n');
  const { pid } = await readRunning();
  await child.kill();
  const begun = performance.now();
  const server = await start({ isThrowaway: false });
  expect(await ask(server.url, 'select count(*)::int as kept from kept')).toEqual({ kept: 1000 });
  expect(performance.now() - begun).toBeLessThan(3_000);
  if (process.platform === 'linux') expect((await readRunning()).pid).not.toBe(pid);
});

test('a server whose process was killed is taken over, and stopped by who took it over', async () => {
  const child = await startProcess({ endsWithProcess: false });
  const { pid } = await readRunning();
  await child.kill();
  const server = await start();
  expect((await readRunning()).pid).toBe(pid);
  expect(server.url).toBe(toRunning(child).url);
  await server.stop();
  expect((await readPostmaster(cluster)).postmaster).toBeNull();
});

test('a server that is shutting down is waited for, then started anew', async () => {
  const child = await startProcess();
  const lingering = new Client({ connectionString: toRunning(child).url });
  await lingering.connect();
  const { pid } = await readRunning();
  await child.kill();
  process.kill(pid, 'SIGTERM');
  await waitFor(async () => (await readRunning()).status === 'stopping', 'the server to be stopping');
  const starting = start();
  await lingering.end();
  const second = await starting;
  expect((await readRunning()).pid).not.toBe(pid);
  expect(await ask(second.url, 'select 1 as one')).toEqual({ one: 1 });
});

test('a lock file whose number now belongs to another program keeps nobody out', async () => {
  const first = await start();
  const lockFile = await readFile(join(cluster, 'postmaster.pid'), 'utf8');
  await first.stop();
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(stranger, 'spawn');
  try {
    await writeFile(join(cluster, 'postmaster.pid'), lockFile.replace(/^\d+/, String(stranger.pid)), { mode: 0o600 });
    const second = await start();
    expect(await ask(second.url, 'select 1 as one')).toEqual({ one: 1 });
  } finally {
    await end(stranger);
  }
});

test('a server that is killed under its user comes back on the same address', async () => {
  const server = await start({ isThrowaway: false });
  await ask(server.url, 'create table kept as select 42 as answer');
  const { pid } = await readRunning();
  process.kill(pid, 'SIGKILL');
  const answer = await waitFor(() => ask(server.url, 'select answer from kept'), 'the server to come back');
  expect(answer).toEqual({ answer: 42 });
  await server.stop();
  expect((await readPostmaster(cluster)).postmaster).toBeNull();
});

test('a server that is asked to stop once its users have left does not wait for them and comes back', async () => {
  const server = await start({ isThrowaway: false });
  await ask(server.url, 'create table kept as select 42 as answer');
  const { pid } = await readRunning();
  process.kill(pid, 'SIGTERM');
  const answer = await waitFor(
    () => ask(server.url, 'select answer from kept').catch(() => null),
    'the server to come back',
  );
  expect(answer).toEqual({ answer: 42 });
  expect((await readRunning()).pid).not.toBe(pid);
});

test('a start that was killed while it made the files leaves no rubbish behind', async () => {
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'exit');
  const server = await start();
  await server.stop();
  await rename(cluster, join(dataDir, `pg18.new-${gone.pid}-0badcafe`));
  await start();
  expect((await readdir(dataDir)).filter((name) => name.includes('.new-'))).toEqual([]);
});

test('a missing password file says where it belongs', async () => {
  await (await start()).stop();
  await rm(`${cluster}.password`);
  await expect(start()).rejects.toThrow(/pg18\.password is missing or empty: .*Restore it from the backup/);
});

test('a password file of another folder is named as the reason', async () => {
  await (await start()).stop();
  await writeFile(`${cluster}.password`, 'another');
  await expect(start()).rejects.toThrow(/refuses the password in .*pg18\.password: .*another data folder/);
});

test('the data of another major version is not overlooked', async () => {
  await (await start()).stop();
  await rename(cluster, join(dataDir, 'pg17'));
  await expect(start()).rejects.toThrow(/pg17 holds the data of PostgreSQL 17, and this version brings 18/);
});

test('a server that cannot start says why', async () => {
  await (await start()).stop();
  await writeFile(join(cluster, 'postgresql.auto.conf'), 'shared_buffers = nonsense\n');
  const failing = start();
  await expect(failing).rejects.toThrow(EmbeddedError);
  await expect(failing).rejects.toThrow(/shared_buffers/);
});

async function start(options: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbedded(dataDir, silentLog, { isThrowaway: true, ...options });
  servers.push(server);
  return server;
}

async function startProcess(options: Parameters<typeof startEmbeddedProcess>[1] = {}): Promise<EmbeddedProcess> {
  const child = await startEmbeddedProcess(dataDir, options);
  processes.push(child);
  return child;
}

function toRunning({ answer }: EmbeddedProcess): { url: string } {
  if ('error' in answer) throw new Error(answer.error);
  return answer;
}

async function readRunning() {
  const { postmaster } = await readPostmaster(cluster);
  if (postmaster === null) throw new Error('no server runs');
  return postmaster;
}

async function ask(url: string, query: string): Promise<Record<string, unknown> | null> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(query)).rows[0] ?? null;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

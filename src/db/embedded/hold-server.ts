import { execFile } from 'node:child_process';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { Log } from '../../kit/log.ts';
import { isSqlState } from '../roles.ts';
import type { Launcher } from './choose-launcher.ts';
import { CLUSTER_USER } from './create-cluster.ts';
import { EmbeddedError } from './embedded-error.ts';
import type { Binaries } from './find-binaries.ts';
import { type Launch, launchServer } from './launch-server.ts';
import { type Postmaster, readPostmaster } from './read-postmaster.ts';

// Several processes may use one embedded server: the server of `serve` and commands beside it. Each holds a shared
// advisory lock in a session of its own for as long as it uses the server, and who leaves last, which is who then
// gets the exclusive lock, stops it. The lock goes with its process, however that ends, so there is nothing to tidy.

export interface Cluster {
  readonly folder: string;
  readonly password: string;
  readonly binaries: Binaries;
  readonly launcher: Launcher;
  readonly settings: readonly string[];
  readonly endsWithProcess: boolean;
  readonly log: Log;
}

export interface Hold {
  readonly client: Client;
  /** The client's connection: holding a server keeps no process alive. */
  readonly socket: Socket;
  readonly postmaster: Postmaster;
  /** The server was started here and ends with this process, whoever else uses it. */
  readonly endsWithUs: boolean;
}

/** Joins the server on the cluster's folder, starting it when there is none. `port` null: any. Throws EmbeddedError. */
export async function holdServer(cluster: Cluster, port: number | null, signal?: AbortSignal): Promise<Hold> {
  const deadline = Date.now() + START_MS_MAX;
  let launch: Launch | null = null;
  for (let launches = 0; Date.now() < deadline; await sleep(POLL_MS, undefined, { signal })) {
    const { postmaster, stalePid } = await readPostmaster(cluster.folder);
    if (postmaster !== null) {
      const taken = postmaster.status === 'ready' ? await takeLock(cluster, postmaster.port) : null;
      if (taken !== null) return { ...taken, postmaster, endsWithUs: launch !== null && cluster.endsWithProcess };
      continue;
    }
    const failure = (await launch?.failure()) ?? null;
    if (launch !== null && failure === null) continue;
    if (failure !== null && (!failure.isPassing || launches >= LAUNCHES_MAX)) {
      throw new EmbeddedError(`The embedded PostgreSQL did not start on ${cluster.folder}. It said:\n${failure.said}`);
    }
    if (failure !== null) await sleep(RELAUNCH_MS, undefined, { signal });
    launch = await launchServer({ ...cluster, port, stalePid });
    launches += 1;
    cluster.log.debug({ port: launch.port }, 'postgres.launched');
  }
  throw new EmbeddedError(
    `The embedded PostgreSQL on ${cluster.folder} was not ready after ${START_MS_MAX / 1000} s. Its log is ${cluster.folder}.log. If no PostgreSQL runs on that folder, remove its postmaster.pid and start again.`,
  );
}

/**
 * Gives the hold back; the last one out stops the server and waits for its end. Who started a server that ends with
 * its process lets the others finish first, as long as patience reaches.
 */
export async function leaveServer(cluster: Cluster, hold: Hold): Promise<void> {
  const { client, socket, postmaster } = hold;
  try {
    socket.ref();
    await client.query('select pg_advisory_unlock_shared($1::bigint)', [USE_KEY]);
    if (await isLast(hold)) await stopServer(cluster, postmaster.pid);
  } catch (error) {
    cluster.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'postgres.not_left');
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function isLast({ client, endsWithUs }: Hold): Promise<boolean> {
  const deadline = Date.now() + (endsWithUs ? OTHERS_MS_MAX : 0);
  for (;;) {
    // Tried again instead of waited for: behind a waiting one no newcomer would get its shared lock.
    const answer = await client.query<{ is_last: boolean }>('select pg_try_advisory_lock($1::bigint) as is_last', [
      USE_KEY,
    ]);
    if (answer.rows[0]?.is_last === true) return true;
    if (Date.now() >= deadline) return false;
    await sleep(OTHERS_POLL_MS);
  }
}

const USE_KEY = '7881702179103892339';
const POLL_MS = 15;
/** Recovery after a crash replays what was written since the last checkpoint: seconds, on a slow disk minutes. */
const START_MS_MAX = 300_000;
/** Lost races for the folder or the port, and waiting for the processes of a killed server to go. */
const LAUNCHES_MAX = 40;
const RELAUNCH_MS = 250;
const CONNECT_MS_MAX = 10_000;
/** Less than serve gives itself to end. A command that takes longer loses its server, and may be run again. */
const OTHERS_MS_MAX = 20_000;
const OTHERS_POLL_MS = 100;
const STOP_MS_MAX = 60_000;
/** Refused because it is being stopped, going down, coming up or full; or gone between reading its number and connecting. */
const PASSING_STATES = ['55P03', '57P01', '57P02', '57P03', '53300', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'];

/** Null when the server went away meanwhile, also while waiting for the one that is just stopping it. */
async function takeLock(cluster: Cluster, port: number): Promise<Pick<Hold, 'client' | 'socket'> | null> {
  const socket = new Socket();
  const client = new Client({
    stream: () => socket,
    connectionString: toServerUrl(cluster, port, 'postgres'),
    connectionTimeoutMillis: CONNECT_MS_MAX,
    application_name: 'mailtracker_hold',
    options: `-c lock_timeout=${STOP_MS_MAX}`,
    keepAlive: true,
  });
  client.on('error', (error) => cluster.log.debug({ error: error.message }, 'postgres.hold_lost'));
  try {
    await client.connect();
    await client.query('select pg_advisory_lock_shared($1::bigint)', [USE_KEY]);
    return { client, socket };
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isSqlState(error, '28P01')) {
      throw new EmbeddedError(
        `The embedded PostgreSQL refuses the password in ${cluster.folder}.password: that file belongs to another data folder. Restore the one that was backed up with this folder.`,
      );
    }
    if (!PASSING_STATES.some((state) => isSqlState(error, state)) && !isEnded(error)) throw error;
    return null;
  }
}

/** The driver's own words when a connection ends under a query; it gives them no code. */
function isEnded(error: unknown): boolean {
  return error instanceof Error && /connection terminated|connection ended|timeout expired/i.test(error.message);
}

export function toServerUrl(cluster: Pick<Cluster, 'password'>, port: number, database: string): string {
  return `postgres://${CLUSTER_USER}:${cluster.password}@127.0.0.1:${port}/${database}`;
}

async function stopServer(cluster: Cluster, pid: number): Promise<void> {
  if (process.platform === 'win32') {
    await promisify(execFile)(cluster.binaries.pgCtl, ['stop', '-D', cluster.folder, '-m', 'fast'], {
      env: cluster.binaries.environment,
      windowsHide: true,
    });
    return;
  }
  process.kill(pid, 'SIGINT');
  for (const deadline = Date.now() + STOP_MS_MAX; Date.now() < deadline; await sleep(POLL_MS)) {
    if ((await readPostmaster(cluster.folder)).postmaster?.pid !== pid) return;
  }
  cluster.log.warn({ pid, waitedMs: STOP_MS_MAX }, 'postgres.slow_stop');
}

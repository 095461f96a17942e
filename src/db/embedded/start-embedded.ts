import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Log } from '../../kit/log.ts';
import { isSqlState } from '../roles.ts';
import { chooseLauncher } from './choose-launcher.ts';
import { CLUSTER_NAME, createCluster } from './create-cluster.ts';
import { findBinaries } from './find-binaries.ts';
import { type Cluster, type Hold, holdServer, leaveServer, toServerUrl } from './hold-server.ts';
import { readPostmaster } from './read-postmaster.ts';

// In: a data folder. Out: the address of the PostgreSQL that runs on it, started when it did not run yet, on 127.0.0.1
// only and behind a generated password. Any number of processes may use one folder at once. What must never happen:
// two servers on one folder, a server taken away from a process that uses it, data lost when a process is killed.

/** Joins or starts the server on `dataDir`/pg18. Throws EmbeddedError, whose message tells the next step. */
export async function startEmbedded(
  dataDir: string,
  log: Log,
  options: EmbeddedOptions = {},
): Promise<EmbeddedPostgres> {
  const root = resolve(dataDir);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const folder = join(root, CLUSTER_NAME);
  const binaries = await findBinaries(`${folder}.lib`, options.packageFolder);
  const launcher = await chooseLauncher(binaries, folder);
  const password = await createCluster(root, binaries, launcher, { isThrowaway: options.isThrowaway ?? false });
  const cluster: Cluster = {
    folder,
    password,
    binaries,
    launcher,
    settings: options.isThrowaway ? THROWAWAY_SETTINGS : [],
    endsWithProcess: options.endsWithProcess ?? false,
    log,
  };
  const hold = await holdServer(cluster, null);
  const { pid, port } = hold.postmaster;
  log.info({ pid, port }, 'postgres.ready');
  await ensureDatabase(hold.client);
  return { url: toServerUrl(cluster, port, DATABASE), stop: keepHold(cluster, hold) };
}

export interface EmbeddedPostgres {
  /** As the superuser: for migrations; running code takes a role (openDatabases). */
  readonly url: string;
  /** Gives the server back. It stops when nobody else uses it. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** A server started here ends when this process ends, however it ends (Linux only). For serve, not for commands. */
  readonly endsWithProcess?: boolean;
  /** For tests: nothing is ever synced to disk, so a power cut loses it all. */
  readonly isThrowaway?: boolean;
  /** Where the platform's package is; found by its name when not given. */
  readonly packageFolder?: string;
}

const DATABASE = 'mailtracker';
const THROWAWAY_SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'autovacuum=off',
  'max_connections=300',
];
const ALREADY_THERE = ['42P04', '23505'];
/** Between attempts to have a vanished server back. */
const RETRY_MS = 1_000;
/** Between looks whether somebody has asked the server to stop. */
const WATCH_MS = 1_000;
/** Who leaves while the server is coming back waits this long, so that it is not left running without a user. */
const REJOIN_MS_MAX = 10_000;

async function ensureDatabase(client: Client): Promise<void> {
  const found = await client.query('select from pg_database where datname = $1', [DATABASE]);
  if (found.rowCount !== 0) return;
  await client.query(`create database ${DATABASE}`).catch((error: unknown) => {
    if (!ALREADY_THERE.some((state) => isSqlState(error, state))) throw error;
  });
}

/** Has the server back, on the same port, whenever it vanishes under us, until the answered function is called. */
function keepHold(cluster: Cluster, first: Hold): () => Promise<void> {
  const { log } = cluster;
  const leaving = new AbortController();
  let isLeaving = false;
  let hold: Hold | null = null;
  let rejoining: Promise<void> = Promise.resolve();
  const take = (taken: Hold) => {
    hold = taken;
    taken.socket.unref();
    taken.client.once('end', () => {
      hold = null;
      if (isLeaving) return;
      log.warn({ pid: taken.postmaster.pid }, 'postgres.lost');
      rejoining = rejoin();
    });
  };
  const rejoin = async () => {
    while (!isLeaving) {
      try {
        take(await holdServer(cluster, first.postmaster.port, leaving.signal));
        return log.info({ port: first.postmaster.port }, 'postgres.ready');
      } catch (error) {
        if (isLeaving) return;
        log.error({ error: error instanceof Error ? error.message : String(error) }, 'postgres.not_ready');
        await sleep(RETRY_MS);
      }
    }
  };
  take(first);
  const watch = setInterval(() => hold !== null && hurryStop(cluster), WATCH_MS).unref();
  let left: Promise<void> | null = null;
  const leave = async () => {
    isLeaving = true;
    clearInterval(watch);
    const patience = setTimeout(() => leaving.abort(), REJOIN_MS_MAX);
    await rejoining;
    clearTimeout(patience);
    if (hold !== null) await leaveServer(cluster, hold);
  };
  return () => {
    left ??= leave();
    return left;
  };
}

/**
 * Somebody's SIGTERM makes PostgreSQL wait until its users have left, and take no new connection meanwhile. We would
 * never leave: it is asked to stop at once instead, and is then started anew like any server that vanished.
 */
async function hurryStop({ folder, log }: Cluster): Promise<void> {
  const { postmaster } = await readPostmaster(folder);
  if (postmaster?.status !== 'stopping' || process.platform === 'win32') return;
  log.warn({ pid: postmaster.pid }, 'postgres.stop_hurried');
  try {
    process.kill(postmaster.pid, 'SIGINT');
  } catch {
    // It went by itself meanwhile.
  }
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { type DatabaseClock, startDatabaseClock } from '../db/database-clock.ts';
import type { Databases } from '../db/open-databases.ts';
import type { VisitorKeySnapshot } from '../domain/visitor-keys.ts';
import { type Clock, systemClock } from '../kit/clock.ts';
import { toPurposeKey } from '../kit/crypto.ts';
import type { Log } from '../kit/log.ts';
import { createMetrics, type Metrics } from '../kit/metrics.ts';
import { keepNetworksFresh } from '../networks/keep-networks-fresh.ts';
import { registerNetworksMetrics } from '../networks/networks-metrics.ts';
import { type Networks, openNetworks } from '../networks/open-networks.ts';
import { openDiskSpool } from '../spool/disk/disk-spool.ts';
import { openRedisSpool } from '../spool/redis/redis-spool.ts';
import type { Spool } from '../spool/spool.ts';
import { startDayKeys } from '../visitors/day-keys.ts';
import { type Database, openDatabase } from './open-database.ts';
import { readAppSecret } from './read-app-secret.ts';
import { readBuildInfo } from './read-build-info.ts';
import { registerProcessMetrics } from './register-process-metrics.ts';
import type { Role } from './role.ts';
import type { WebThread } from './start-web-thread.ts';

/** What several roles share. Nothing here waits for the database; each opened part pushes how it is closed. */
export async function openParts(start: Start): Promise<Parts> {
  const { config, roles } = start;
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const appSecret = await readAppSecret(config);
  const tokenKey = toPurposeKey(appSecret, 'pixel-token');
  const metrics = createMetrics();
  registerProcessMetrics(metrics, readBuildInfo(), roles);
  const untimed: Base = { ...start, clock: systemClock, metrics, appSecret, tokenKey };
  const isCollectorOnly = roles.size === 1 && roles.has('collect');
  const database = openDatabase(untimed, !isCollectorOnly);
  const clock = openClock(untimed, database.databases);
  const base = { ...untimed, clock };
  const spool = roles.has('collect') || roles.has('process') ? await openSpool(base) : null;
  const networks = await openFreshNetworks(base);
  const dayKeys = openDayKeys(base, database.databases);
  return {
    ...base,
    spool,
    networks,
    database,
    databases: database.databases,
    dayKeys,
    progress: { isStarted: false },
    web: { thread: null },
  };
}

export interface Start {
  readonly config: Config;
  readonly roles: ReadonlySet<Role>;
  readonly log: Log;
  /** How what was opened is closed, run from the last to the first. */
  readonly closers: Closers;
  /** Aborted when the process is told to end. */
  readonly stopping: AbortSignal;
}

export type Closers = (() => Promise<void>)[];

export interface Base extends Start {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly appSecret: string;
  readonly tokenKey: Buffer;
}

export interface Parts extends Base {
  readonly clock: DatabaseClock;
  /** Null where neither collecting nor processing is a role. */
  readonly spool: Spool | null;
  readonly networks: Networks;
  readonly database: Database;
  readonly databases: Databases;
  readonly dayKeys: LateDayKeys;
  /** Whether every role runs. */
  readonly progress: { isStarted: boolean };
  /** Null until the role `web` runs. */
  readonly web: { thread: WebThread | null };
}

/** Day keys that come with the database: until then every hit is recorded without a visitor. */
export interface LateDayKeys {
  snapshot(day: number): VisitorKeySnapshot;
  hasToday(): boolean;
  /** Once the tables are there: today's key is made or read now, not with the next try. */
  awaitToday(): Promise<void>;
}

/** Only who collects has a spool on disk; with Redis it feeds the stream that all processors share. */
async function openSpool({ config, roles, log, clock, closers }: Base): Promise<Spool> {
  const { redisUrl: url, spoolBytesMax: bytesMax, spoolSync: sync } = config;
  const disk = { folder: join(config.dataDir, 'spool'), sync, bytesMax, log, clock };
  const spool =
    url === null
      ? await openDiskSpool(disk)
      : await openRedisSpool({ url, disk: roles.has('collect') ? disk : null, log, clock, bytesMax });
  closers.push(() => spool.close());
  return spool;
}

/** One time for all processes: what the clock of one machine does moves neither hits, nor keys, nor retries. */
function openClock({ log, closers }: Base, databases: Databases): DatabaseClock {
  const clock = startDatabaseClock(databases, log);
  closers.push(async () => clock.stop());
  return clock;
}

function openDayKeys({ appSecret, clock, log, closers }: Base, databases: Databases): LateDayKeys {
  const keySecret = toPurposeKey(appSecret, 'visitor-key');
  let keys: Awaited<ReturnType<typeof startDayKeys>> | null = null;
  const starting = startDayKeys({ databases, keySecret, clock, log }).then((started) => {
    keys = started;
  });
  closers.push(async () => {
    await starting;
    await keys?.stop();
  });
  let none: VisitorKeySnapshot = { day: -1, today: null, yesterday: null };
  return {
    snapshot(day) {
      if (keys !== null) return keys.snapshot(day);
      if (none.day !== day) none = { day, today: null, yesterday: null };
      return none;
    },
    hasToday: () => keys?.hasToday() ?? false,
    async awaitToday() {
      await starting;
      if (keys?.hasToday() === false) await keys.refresh();
    },
  };
}

async function openFreshNetworks({ config, clock, log, metrics, closers }: Base): Promise<Networks> {
  const networks = await openNetworks({ folder: join(config.dataDir, 'networks'), clock, log });
  const refresh = keepNetworksFresh(networks, { log });
  closers.push(async () => refresh.stop());
  registerNetworksMetrics(metrics, networks);
  return networks;
}

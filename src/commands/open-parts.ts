import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { connect } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';
import { type Databases, openDatabases } from '../db/open-databases.ts';
import { systemClock } from '../kit/clock.ts';
import { toPurposeKey } from '../kit/crypto.ts';
import type { Log } from '../kit/log.ts';
import { createMetrics, type Metrics } from '../kit/metrics.ts';
import { keepNetworksFresh } from '../networks/keep-networks-fresh.ts';
import { registerNetworksMetrics } from '../networks/networks-metrics.ts';
import { type Networks, openNetworks } from '../networks/open-networks.ts';
import { backfillUserPixels } from '../signatures/backfill-user-pixels.ts';
import { openDiskSpool } from '../spool/disk/disk-spool.ts';
import type { Spool } from '../spool/spool.ts';
import { type DayKeys, startDayKeys } from '../visitors/day-keys.ts';
import { readAppSecret } from './read-app-secret.ts';

/** What several roles share. Each opened part pushes how it is closed. */
export async function openParts(config: Config, log: Log, closers: Closers): Promise<Parts> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const base = { config, log, closers, clock: systemClock, metrics: createMetrics() };
  const spool = await openSpool(base);
  const appSecret = await readAppSecret(config);
  const databases = await openMigrated(base);
  const tokenKey = toPurposeKey(appSecret, 'pixel-token');
  await backfillUserPixels(databases, tokenKey);
  const dayKeys = await openDayKeys(base, { databases, appSecret });
  const networks = await openFreshNetworks(base);
  return { ...base, spool, appSecret, databases, tokenKey, dayKeys, networks };
}

export type Closers = (() => Promise<void>)[];

interface Base {
  readonly config: Config;
  readonly log: Log;
  readonly closers: Closers;
  readonly clock: typeof systemClock;
  readonly metrics: Metrics;
}

export interface Parts extends Base {
  readonly spool: Spool;
  readonly appSecret: string;
  readonly databases: Databases;
  readonly tokenKey: Buffer;
  readonly dayKeys: DayKeys;
  readonly networks: Networks;
}

async function openSpool({ config, log, clock, closers }: Base): Promise<Spool> {
  const spool = await openDiskSpool({
    folder: join(config.dataDir, 'spool'),
    sync: config.spoolSync,
    bytesMax: config.spoolBytesMax,
    log,
    clock,
  });
  closers.push(() => spool.close());
  return spool;
}

async function openMigrated({ config, log, closers }: Base): Promise<Databases> {
  const settings = { databaseUrl: config.databaseUrl, dataDir: config.dataDir, endsWithProcess: true };
  const server = await connect(settings, log);
  closers.push(() => server.stop());
  await migrate(server.url, log);
  const databases = openDatabases(server.url, { log });
  closers.push(() => databases.close());
  return databases;
}

async function openDayKeys(
  { clock, log, closers }: Base,
  { databases, appSecret }: { databases: Databases; appSecret: string },
): Promise<DayKeys> {
  const keySecret = toPurposeKey(appSecret, 'visitor-key');
  const dayKeys = await startDayKeys({ databases, keySecret, clock, log });
  closers.push(() => dayKeys.stop());
  return dayKeys;
}

async function openFreshNetworks({ config, clock, log, metrics, closers }: Base): Promise<Networks> {
  const networks = await openNetworks({ folder: join(config.dataDir, 'networks'), clock, log });
  const refresh = keepNetworksFresh(networks, { log });
  closers.push(async () => refresh.stop());
  registerNetworksMetrics(metrics, networks);
  return networks;
}

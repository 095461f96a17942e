import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watchCollectRegion } from '../accounts/collect-region.ts';
import { createAuth } from '../accounts/create-auth.ts';
import { createMailer, type Mailer } from '../accounts/create-mailer.ts';
import { startCampaignClock } from '../campaigns/start-campaign-clock.ts';
import { type Collector, createCollector } from '../collect/create-collector.ts';
import type { Config } from '../config.ts';
import { connect } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';
import { type Databases, openDatabases } from '../db/open-databases.ts';
import { createHttp } from '../http/create-http.ts';
import { systemClock } from '../kit/clock.ts';
import { toPurposeKey } from '../kit/crypto.ts';
import type { Log } from '../kit/log.ts';
import { createMetrics, type Metrics } from '../kit/metrics.ts';
import { keepNetworksFresh } from '../networks/keep-networks-fresh.ts';
import { registerNetworksMetrics } from '../networks/networks-metrics.ts';
import { openCountries } from '../networks/open-countries.ts';
import { type Networks, openNetworks } from '../networks/open-networks.ts';
import { startProcessor } from '../process/run-processor.ts';
import { startRetention } from '../retention/start-retention.ts';
import { backfillUserPixels } from '../signatures/backfill-user-pixels.ts';
import { openDiskSpool } from '../spool/disk/disk-spool.ts';
import type { Spool } from '../spool/spool.ts';
import { type DayKeys, startDayKeys } from '../visitors/day-keys.ts';
import { readAppSecret } from './read-app-secret.ts';

// The composition root: wires every stage together in one process, in the order in which they depend on each other.
// Each started part pushes how it is closed, so that they go down in the reverse order, and a failure half-way closes
// exactly what stands: no answered hit is lost and no answer fails.

export type Closers = (() => Promise<void>)[];

export async function startParts(config: Config, log: Log, closers: Closers): Promise<void> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const base = { config, log, closers, clock: systemClock, metrics: createMetrics() };
  const spool = await openSpool(base);
  const appSecret = await readAppSecret(config);
  const databases = await openMigrated(base);
  const tokenKey = toPurposeKey(appSecret, 'pixel-token');
  await backfillUserPixels(databases, tokenKey);
  const dayKeys = await openDayKeys(base, { databases, appSecret });
  const networks = await openFreshNetworks(base);
  const parts: Parts = { ...base, spool, appSecret, databases, tokenKey, dayKeys, networks };
  await startJobs(parts);
  await startHttp(parts, await startCollector(parts));
}

interface Base {
  readonly config: Config;
  readonly log: Log;
  readonly closers: Closers;
  readonly clock: typeof systemClock;
  readonly metrics: Metrics;
}

interface Parts extends Base {
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

async function startJobs(parts: Parts): Promise<void> {
  const { config, spool, databases, networks, clock, log, metrics, tokenKey, closers } = parts;
  const retention = await startRetention({ databases, clock, log });
  closers.push(() => retention.stop());
  const campaigns = startCampaignClock({ databases, clock, log, tokenKey });
  closers.push(() => campaigns.stop());
  const processor = startProcessor({
    spool,
    databases,
    log,
    clock,
    metrics,
    networksAgeDays: () => networks.ageDays('google_proxy'),
    opensPerMinute: config.planOpensPerMinute,
  });
  closers.push(() => processor.stop());
}

async function startCollector(parts: Parts): Promise<Collector> {
  const { config, spool, clock, log, metrics, databases, dayKeys, networks, closers } = parts;
  const countries = await openCountries(log);
  const region = await watchCollectRegion(databases, log);
  closers.push(() => region.stop());
  const collector = createCollector({
    spool,
    clock,
    limits: { pixelPerMinute: config.pixelLimitPerMinute, addressPerMinute: config.ipLimitPerMinute },
    trustProxy: config.trustProxy,
    metrics,
    visitorKeys: (day) => dayKeys.snapshot(day),
    toNetworkClass: networks.toNetworkClass,
    toCountry: (address) => (region.isWanted() ? countries.toCountry(address) : null),
  });
  closers.push(() => collector.close());
  return collector;
}

/** Pushed last, so closed first: the collector goes on answering while clients are asked to leave. */
async function startHttp(parts: Parts, collector: Collector): Promise<void> {
  const { config, databases, clock, log, metrics, tokenKey, appSecret, dayKeys, spool, closers } = parts;
  const secret = toPurposeKey(appSecret, 'sign-in').toString('base64url');
  const http = await createHttp({
    context: {
      databases,
      auth: createAuth({ databases, publicUrl: config.publicUrl, secret, log }),
      clock,
      log,
      metrics,
      publicUrl: config.publicUrl,
      pixelUrl: config.pixelUrl,
      tokenKey,
      mailer: openMailer(parts),
      plan: { seats: config.planSeats, opensPerMinute: config.planOpensPerMinute },
      visitorKeys: (day) => dayKeys.snapshot(day),
    },
    collect: collector.handle,
    webDir: findWebDir(),
    trustProxy: config.trustProxy,
    metricsToken: config.metricsToken,
    readiness: async () => toReadiness(spool, dayKeys),
  });
  closers.push(() => http.close());
  await http.listen({ port: config.port, host: config.host }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new Error(toPortTakenText(config.port)) : error;
  });
}

function toPortTakenText(port: number): string {
  return `port ${port} is already in use: stop what listens there, or choose another one, such as PORT=${port + 1} npm start.`;
}

function openMailer({ config, closers }: Base): Mailer | null {
  if (config.smtpUrl === null) return null;
  const mailer = createMailer(config.smtpUrl, config.publicUrl);
  closers.push(async () => mailer.close());
  return mailer;
}

/** Beyond the database: is the spool drained in time and has it room, and can visitors be told apart today. */
async function toReadiness(spool: Spool, dayKeys: DayKeys) {
  const { lagMs, bytes, bytesMax, failure, lost, refused } = spool.figures();
  const isDrained = lagMs < SPOOL_LAG_MS_MAX && bytes < bytesMax;
  const wait = `oldest hit waits ${Math.round(lagMs)} ms, ${bytes} of ${bytesMax} bytes`;
  const losses = lost + refused === 0 ? '' : `; since the start ${lost} hits not written, ${refused} refused`;
  const cause = failure === null ? '' : `; cannot write (${failure})`;
  return {
    spool: { ok: isDrained && failure === null, detail: wait + losses + cause },
    keys: { ok: dayKeys.hasToday(), detail: dayKeys.hasToday() ? "today's key is here" : "today's key is missing" },
  };
}

const SPOOL_LAG_MS_MAX = 60_000;

/** The built screens beside the compiled code; null when run from source without a build. */
function findWebDir(): string | null {
  const candidates = [new URL('../web/', import.meta.url), new URL('../../dist/web/', import.meta.url)].map((url) =>
    fileURLToPath(url),
  );
  return candidates.find((folder) => existsSync(join(folder, 'index.html'))) ?? null;
}

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createAuth } from '../accounts/create-auth.ts';
import { createMailer, type Mailer } from '../accounts/create-mailer.ts';
import { createCollector } from '../collect/create-collector.ts';
import { type Config, readConfig } from '../config.ts';
import { connect } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';
import { type Databases, openDatabases } from '../db/open-databases.ts';
import { createHttp } from '../http/create-http.ts';
import { systemClock } from '../kit/clock.ts';
import { toPurposeKey } from '../kit/crypto.ts';
import { createLog, type Log } from '../kit/log.ts';
import { createMetrics } from '../kit/metrics.ts';
import { keepNetworksFresh } from '../networks/keep-networks-fresh.ts';
import { registerNetworksMetrics } from '../networks/networks-metrics.ts';
import { openNetworks } from '../networks/open-networks.ts';
import { startProcessor } from '../process/run-processor.ts';
import { startRetention } from '../retention/start-retention.ts';
import { backfillUserPixels } from '../signatures/backfill-user-pixels.ts';
import { openDiskSpool } from '../spool/disk/disk-spool.ts';
import type { Spool } from '../spool/spool.ts';
import { type DayKeys, startDayKeys } from '../visitors/day-keys.ts';
import type { Command } from './command.ts';
import { readAppSecret } from './read-app-secret.ts';

// The composition root: wires every stage together in one process, in the order in which they depend on each other,
// and takes them down in the reverse order, so that no answered hit is lost and no answer fails.

export const serveCommand: Command = {
  name: 'serve',
  summary: 'run MailTracker: pixels, processing, API and screens in one process',
  help: `
Usage: mailtracker serve

Settings come from the environment: PORT (3000), HOST (0.0.0.0), DATA_DIR (./data), DATABASE_URL (embedded
PostgreSQL in DATA_DIR when absent), PUBLIC_URL, PIXEL_URL, APP_SECRET, TRUST_PROXY, SPOOL_SYNC (durable) and
those the README lists. Wrong ones refuse to start.

Stop it with Ctrl-C or SIGTERM: it answers what is under way, stores what is queued, and ends.

Example: PORT=8080 PUBLIC_URL=https://track.example.com mailtracker serve`,
  run: serve,
};

async function serve(words: readonly string[]): Promise<number> {
  parseArgs({ args: [...words], options: {}, strict: true });
  const config = await withFreePort(readConfig(process.env));
  const log = createLog(config.logLevel);
  const stopped = waitForStopSignal();
  const closers: (() => Promise<void>)[] = [];
  try {
    await startAll(config, log, closers);
    process.stdout.write(toGreeting(config));
    const signal = await stopped;
    log.info({ signal }, 'serve.stopping');
  } finally {
    for (const close of closers.reverse()) await close();
  }
  log.info({}, 'serve.stopped');
  return 0;
}

/** Each started part pushes how it is closed, so that a failure half-way closes exactly what stands. */
async function startAll(config: Config, log: Log, closers: (() => Promise<void>)[]): Promise<void> {
  const clock = systemClock;
  const metrics = createMetrics();
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const spool = await openDiskSpool({
    folder: join(config.dataDir, 'spool'),
    sync: config.spoolSync,
    bytesMax: config.spoolBytesMax,
    log,
    clock,
  });
  closers.push(() => spool.close());
  const appSecret = await readAppSecret(config);
  const databases = await openMigrated(config, log, closers);
  const tokenKey = toPurposeKey(appSecret, 'pixel-token');
  await backfillUserPixels(databases, tokenKey);
  const dayKeys = await startDayKeys({ databases, keySecret: toPurposeKey(appSecret, 'visitor-key'), clock, log });
  closers.push(() => dayKeys.stop());
  const retention = await startRetention({ databases, clock, log });
  closers.push(() => retention.stop());
  const { planOpensPerMinute: opensPerMinute } = config;
  const processor = startProcessor({ spool, databases, log, clock, metrics, opensPerMinute });
  closers.push(() => processor.stop());
  const networks = await openNetworks({ folder: join(config.dataDir, 'networks'), clock, log });
  const refresh = keepNetworksFresh(networks, { log });
  closers.push(async () => refresh.stop());
  registerNetworksMetrics(metrics, networks);
  const collector = createCollector({
    spool,
    clock,
    limits: { pixelPerMinute: config.pixelLimitPerMinute, addressPerMinute: config.ipLimitPerMinute },
    trustProxy: config.trustProxy,
    metrics,
    visitorKeys: (day) => dayKeys.snapshot(day),
    toNetworkClass: networks.toNetworkClass,
  });
  const auth = createAuth({
    databases,
    publicUrl: config.publicUrl,
    secret: toPurposeKey(appSecret, 'sign-in').toString('base64url'),
    log,
  });
  const http = await createHttp({
    context: {
      databases,
      auth,
      clock,
      log,
      metrics,
      publicUrl: config.publicUrl,
      pixelUrl: config.pixelUrl,
      tokenKey,
      mailer: openMailer(config, closers),
      plan: { seats: config.planSeats, opensPerMinute: config.planOpensPerMinute },
    },
    collect: collector.handle,
    webDir: findWebDir(),
    trustProxy: config.trustProxy,
    readiness: async () => toReadiness(spool, dayKeys),
  });
  closers.push(() => collector.close());
  // Closed before the collector, which goes on answering while clients are asked to leave.
  closers.push(() => http.close());
  await http.listen({ port: config.port, host: config.host }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new Error(toPortTakenText(config.port)) : error;
  });
}

function toPortTakenText(port: number): string {
  return `port ${port} is already in use: stop what listens there, or choose another one, such as PORT=${port + 1} npm start.`;
}

function openMailer(config: Config, closers: (() => Promise<void>)[]): Mailer | null {
  if (config.smtpUrl === null) return null;
  const mailer = createMailer(config.smtpUrl, config.publicUrl);
  closers.push(async () => mailer.close());
  return mailer;
}

async function openMigrated(config: Config, log: Log, closers: (() => Promise<void>)[]): Promise<Databases> {
  const settings = { databaseUrl: config.databaseUrl, dataDir: config.dataDir, endsWithProcess: true };
  const server = await connect(settings, log);
  closers.push(() => server.stop());
  await migrate(server.url, log);
  const databases = await openDatabases(server.url, { log });
  closers.push(() => databases.close());
  return databases;
}

/** Beyond the database: is the spool drained in time and has it room, and can visitors be told apart today. */
async function toReadiness(spool: Spool, dayKeys: DayKeys) {
  const { lagMs, bytes, bytesMax } = spool.figures();
  const isDrained = lagMs < SPOOL_LAG_MS_MAX && bytes < bytesMax;
  return {
    spool: { ok: isDrained, detail: `oldest hit waits ${Math.round(lagMs)} ms, ${bytes} of ${bytesMax} bytes` },
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

/** PORT=0 lets the system choose: the addresses in signatures must hold the real one. */
async function withFreePort(config: Config): Promise<Config> {
  if (config.port !== 0) return config;
  const port = await new Promise<number>((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, config.host, () => {
      const address = probe.address();
      probe.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
  return readConfig({ ...process.env, PORT: String(port) });
}

function waitForStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    // For good, not once: Ctrl-C under `npm start` comes twice, from the terminal and from npm.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
  });
}

function toGreeting(config: Config): string {
  const first = `Open ${config.publicUrl} and sign up: the first account owns the organization.`;
  return `MailTracker is ready at ${config.publicUrl} (listening on ${config.host}:${config.port}).\n${first}\n`;
}

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { createAuth } from '../accounts/create-auth.ts';
import { createMailer, type Mailer } from '../accounts/create-mailer.ts';
import type { Config } from '../config.ts';
import type { TrackingHealth } from '../contract/tracking-health.ts';
import { startDatabaseClock } from '../db/database-clock.ts';
import { openDatabases } from '../db/open-databases.ts';
import type { HttpContext } from '../http/context.ts';
import { createHttp } from '../http/create-http.ts';
import { toPurposeKey } from '../kit/crypto.ts';
import { beat } from '../kit/heartbeat.ts';
import { createLog } from '../kit/log.ts';
import { lowerPriority } from '../kit/lower-priority.ts';
import { createMetrics } from '../kit/metrics.ts';
import { startDayKeys } from '../visitors/day-keys.ts';
import { openDelivery } from './open-delivery.ts';
import type { Closers } from './open-parts.ts';
import type { WebMainMessage, WebThreadData, WebThreadMessage } from './web-thread-messages.ts';

// The thread that serves screens and API, to main alone: main has the port and hands requests on. It has connections,
// keys and a clock of its own. What must never happen: a request of a screen in the event loop that answers pixels.

/** Behind main, which answers pixels, and before the thread that processes. */
const NICER_BY = 5;
/** Main waits for slow clients, and keeps its connections as long as it likes. */
const OF_MAIN = { headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0, maxHeaderSize: 65_536 };
/** Longer than main's: a client that main still hears is still answered. */
const DRAIN_MS = 800;
/** Connections in line for a busy thread; a socket file refuses more at once. Of 1,500 that came while it was held up for 1.5 s 511 refused 846. */
const BACKLOG = 4_096;

/**
 * An embedded PostgreSQL has this machine's cores. More backends at work answer nobody sooner, and each is in line for a
 * core before a pixel: with 3 instead of 10 on two cores dashboards' p95 fell from 2.0 to 1.6 s after an outage.
 */
const EMBEDDED_POOL_MAX = Math.min(10, 2 * availableParallelism());

if (parentPort !== null) await run(parentPort, workerData as WebThreadData);

async function run(port: MessagePort, data: WebThreadData): Promise<void> {
  lowerPriority(NICER_BY);
  const tell = (message: WebThreadMessage): void => port.postMessage(message);
  const waiting: ((speed: TrackingHealth['pixel']) => void)[] = [];
  const closers: Closers = [];
  const { metrics, ...context } = await openContext(data, closers);
  const readPixelSpeed = (): Promise<TrackingHealth['pixel']> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      tell({ kind: 'pixel_speed' });
    });
  const http = await createHttp({
    context: { ...context, metrics, readPixelSpeed },
    webDir: findWebDir(),
    // Main says who asks, and takes nobody's word for it.
    trustProxy: 1,
    metricsToken: data.config.metricsToken,
    limits: OF_MAIN,
    drainMs: DRAIN_MS,
  });
  closers.push(() => http.close());
  port.on('message', async (message: WebMainMessage) => {
    if (message.kind === 'metrics') tell({ kind: 'metrics', text: await metrics.metrics() });
    else if (message.kind === 'pixel_speed') waiting.shift()?.(message.speed);
    else {
      for (const close of closers.reverse()) await close();
      port.close();
    }
  });
  await http.listen({ path: data.socketPath, backlog: BACKLOG });
  tell({ kind: 'serving' });
  beat(port, data.heartbeat);
}

async function openContext(
  { config, appSecret, databaseUrl }: WebThreadData,
  closers: Closers,
): Promise<Omit<HttpContext, 'readPixelSpeed'>> {
  const log = createLog(config.logLevel);
  const databases = openDatabases(databaseUrl, {
    log,
    ...(config.databaseUrl === null ? { poolMax: EMBEDDED_POOL_MAX } : {}),
  });
  closers.push(() => databases.close());
  const clock = startDatabaseClock(databases, log);
  closers.push(async () => clock.stop());
  await clock.look();
  const keySecret = toPurposeKey(appSecret, 'visitor-key');
  const dayKeys = await startDayKeys({ databases, keySecret, clock, log });
  closers.push(() => dayKeys.stop());
  const { publicUrl, pixelUrl } = config;
  const secret = toPurposeKey(appSecret, 'sign-in').toString('base64url');
  return {
    databases,
    auth: createAuth({ databases, publicUrl, secret, log }),
    clock,
    log,
    metrics: createMetrics(),
    publicUrl,
    pixelUrl,
    tokenKey: toPurposeKey(appSecret, 'pixel-token'),
    mailer: openMailer(config, closers),
    delivery: openDelivery({ config, databases, clock, log, appSecret, closers }),
    plan: { seats: config.planSeats, opensPerMinute: config.planOpensPerMinute },
    visitorKeys: (day) => dayKeys.snapshot(day),
  };
}

function openMailer({ smtpUrl, publicUrl }: Config, closers: Closers): Mailer | null {
  if (smtpUrl === null) return null;
  const mailer = createMailer(smtpUrl, publicUrl);
  closers.push(async () => mailer.close());
  return mailer;
}

/** The built screens beside the compiled code; null when run from source without a build. */
function findWebDir(): string | null {
  const candidates = [new URL('../web/', import.meta.url), new URL('../../dist/web/', import.meta.url)].map((url) =>
    fileURLToPath(url),
  );
  return candidates.find((folder) => existsSync(join(folder, 'index.html'))) ?? null;
}

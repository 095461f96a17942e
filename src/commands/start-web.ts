import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAuth } from '../accounts/create-auth.ts';
import { createMailer, type Mailer } from '../accounts/create-mailer.ts';
import type { Collector } from '../collect/create-collector.ts';
import { createHttp } from '../http/create-http.ts';
import { toPurposeKey } from '../kit/crypto.ts';
import type { Spool } from '../spool/spool.ts';
import type { DayKeys } from '../visitors/day-keys.ts';
import type { Parts } from './open-parts.ts';

/** The role `web`: screens and API. Pushed last, so closed first: the collector goes on answering while clients are asked to leave. */
export async function startWeb(parts: Parts, collector: Collector): Promise<void> {
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

function openMailer({ config, closers }: Parts): Mailer | null {
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

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAuth } from '../accounts/create-auth.ts';
import { createMailer, type Mailer } from '../accounts/create-mailer.ts';
import type { Front } from '../http/create-front.ts';
import { createHttp } from '../http/create-http.ts';
import { toPurposeKey } from '../kit/crypto.ts';
import { openDelivery } from './open-delivery.ts';
import { toReadiness } from './open-front.ts';
import type { Parts } from './open-parts.ts';

/** The role `web`, once the database is ready: screens and API take the place behind the port that listens already. */
export async function startWeb(parts: Parts, front: Front): Promise<void> {
  const { config, databases, clock, log, metrics, tokenKey, appSecret, dayKeys, closers } = parts;
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
      delivery: openDelivery(parts),
      plan: { seats: config.planSeats, opensPerMinute: config.planOpensPerMinute },
      visitorKeys: (day) => dayKeys.snapshot(day),
    },
    front,
    webDir: findWebDir(),
    trustProxy: config.trustProxy,
    metricsToken: config.metricsToken,
    readiness: toReadiness(parts),
  });
  closers.push(() => http.close());
}

function openMailer({ config, closers }: Parts): Mailer | null {
  if (config.smtpUrl === null) return null;
  const mailer = createMailer(config.smtpUrl, config.publicUrl);
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

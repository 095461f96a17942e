import { afterAll, afterEach, expect, test } from 'vitest';
import type { FaultProxy } from '../support/fault-proxy.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { checkLoad } from '../support/numbered-pixels.ts';
import { startPixelLoad } from '../support/pixel-load.ts';
import { type RunningServer, waitFor } from '../support/running-server.ts';

// PostgreSQL and Redis refused, silent, slow, one by one and both: every pixel is answered, and all of it is stored
// afterwards. `npm run test:faults` takes 60 s under 2,000 hits/s.

const IS_LONG = process.env.FAULTS === 'long';
const PER_SECOND = IS_LONG ? 2_000 : 150;
const AWAY_MS = IS_LONG ? 60_000 : 1_500;
const P99_MS_MAX = 50;

let shared: Installed | null = null;

afterEach(async () => {
  if (IS_LONG) await close();
});
afterAll(close);

async function close(): Promise<void> {
  await shared?.installation.close();
  shared = null;
}

interface Installed {
  readonly installation: Installation;
  readonly collector: RunningServer;
  readonly postgres: FaultProxy;
  readonly redis: FaultProxy;
  /** The next load's first number. */
  first: number;
}

/** A collector and a processor, behind a proxy for each thing that may fail. The short suite installs them once. */
async function install(): Promise<Installed> {
  if (shared !== null) return shared;
  const seconds = IS_LONG ? AWAY_MS / 1_000 + 60 : FAULTS.length * 20;
  const installation = await startInstallation({ pixels: PER_SECOND * seconds, isProxied: true });
  const { postgresProxy: postgres, redisProxy: redis } = installation;
  if (postgres === null || redis === null) throw new Error('no proxies');
  await installation.start(['process']);
  shared = { installation, collector: await installation.start(['collect']), postgres, redis, first: 1 };
  return shared;
}

type Fault = readonly [what: string, fail: (installed: Installed) => Promise<void> | void];

const FAULTS: readonly Fault[] = [
  ['PostgreSQL refuses connections', ({ postgres }) => postgres.refuse()],
  ['PostgreSQL is silent, its connections half open', ({ postgres }) => postgres.silence()],
  ['Redis refuses connections', ({ redis }) => redis.refuse()],
  ['Redis is silent, its connections half open', ({ redis }) => redis.silence()],
  [
    'both are gone',
    async ({ postgres, redis }) => {
      await postgres.refuse();
      await redis.refuse();
    },
  ],
  [
    'both are 50 ms away over a network that loses 5 of 100 packets',
    ({ postgres, redis }) => {
      for (const proxy of [postgres, redis]) {
        proxy.slow(50);
        proxy.lose(0.05);
      }
    },
  ],
];

test.each(FAULTS)(
  'while %s every pixel is answered, and all is stored afterwards, once',
  async (what, fail) => {
    const installed = await install();
    const { collector, postgres, redis, installation, first } = installed;
    const load = startPixelLoad({ urls: () => [collector.url], perSecond: PER_SECOND, first });
    await waitFor(async () => load.answered.size > PER_SECOND / 4, 'the load to begin');
    await fail(installed);
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
    await load.stop();
    installed.first += load.sent;
    await Promise.all([postgres.heal(), redis.heal()]);
    const report = await checkLoad(what, installation.database.ownerUrl, load);
    expect(report).toMatchObject({ lost: [], doubled: [], failed: 0 });
    if (IS_LONG) expect(report.p99Ms).toBeLessThan(P99_MS_MAX);
    await waitFor(async () => (await fetch(`${collector.url}/readyz`)).ok, 'the lag to be back to 0', 60_000);
  },
  600_000,
);

import { afterEach, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { checkLoad, makeNumberedPixels } from '../support/numbered-pixels.ts';
import { startPixelLoad } from '../support/pixel-load.ts';
import { startRedis } from '../support/redis.ts';
import { makeTempFolder, type RunningServer, removeFolder, startServer, waitFor } from '../support/running-server.ts';
import { createTestDatabase } from '../support/test-database.ts';

// PostgreSQL and Redis refused, silent, slow, one by one and both: every pixel is answered, and all of it is stored
// afterwards. `npm run test:faults` takes 60 s under 2,000 hits/s.

const IS_LONG = process.env.FAULTS === 'long';
const PER_SECOND = IS_LONG ? 2_000 : 150;
const AWAY_MS = IS_LONG ? 60_000 : 1_500;
const P99_MS_MAX = 50;

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Installation {
  readonly ownerUrl: string;
  readonly collector: RunningServer;
  readonly postgres: FaultProxy;
  readonly redis: FaultProxy;
}

/** A collector and a processor, behind a proxy for each thing that may fail. */
async function install(): Promise<Installation> {
  const database = await createTestDatabase();
  closers.push(() => database.drop());
  await makeNumberedPixels(database, Math.ceil((PER_SECOND * (AWAY_MS + 60_000)) / 1_000));
  const owner = new URL(database.ownerUrl);
  const postgres = await startFaultProxy({ host: owner.hostname, port: Number(owner.port) });
  closers.push(() => postgres.close());
  const server = await startRedis();
  closers.push(() => server.stop());
  const redis = await startFaultProxy({ host: '127.0.0.1', port: server.port });
  closers.push(() => redis.close());
  owner.port = String(postgres.port);
  owner.hostname = '127.0.0.1';
  const env = {
    DATABASE_URL: owner.href,
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    APP_SECRET: 'a secret of the fault tests, long enough',
    IP_LIMIT_PER_MINUTE: '1000000',
    LOG_LEVEL: 'warn',
  };
  const start = async (role: string): Promise<RunningServer> => {
    const dataDir = await makeTempFolder();
    closers.push(() => removeFolder(dataDir));
    const started = await startServer({ dataDir, env, words: ['--role', role] });
    closers.push(() => started.stop());
    return started;
  };
  await start('process');
  return { ownerUrl: database.ownerUrl, collector: await start('collect'), postgres, redis };
}

test.each<[string, (installation: Installation) => Promise<void>]>([
  ['PostgreSQL refuses connections', ({ postgres }) => postgres.refuse()],
  ['PostgreSQL is silent, its connections half open', async ({ postgres }) => postgres.silence()],
  ['Redis refuses connections', ({ redis }) => redis.refuse()],
  ['Redis is silent, its connections half open', async ({ redis }) => redis.silence()],
  [
    'both are gone',
    async ({ postgres, redis }) => {
      await postgres.refuse();
      await redis.refuse();
    },
  ],
])(
  'while %s every pixel is answered, and all is stored afterwards, once',
  async (what, fail) => {
    const installation = await install();
    const { collector, postgres, redis, ownerUrl } = installation;
    const load = startPixelLoad({ urls: () => [collector.url], perSecond: PER_SECOND });
    await waitFor(async () => load.answered.size > PER_SECOND / 4, 'the load to begin');
    await fail(installation);
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
    await load.stop();
    await Promise.all([postgres.heal(), redis.heal()]);
    const report = await checkLoad(what, ownerUrl, load);
    expect(report).toMatchObject({ lost: [], doubled: [], failed: 0 });
    if (IS_LONG) expect(report.p99Ms).toBeLessThan(P99_MS_MAX);
    await waitFor(async () => (await fetch(`${collector.url}/readyz`)).ok, 'the lag to be back to 0', 60_000);
  },
  600_000,
);

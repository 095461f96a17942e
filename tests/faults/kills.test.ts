import { afterEach, expect, test } from 'vitest';
import { checkLoad, makeNumberedPixels } from '../support/numbered-pixels.ts';
import { startPixelLoad } from '../support/pixel-load.ts';
import { startRedis } from '../support/redis.ts';
import {
  findFreePort,
  makeTempFolder,
  type RunningServer,
  removeFolder,
  startServer,
} from '../support/running-server.ts';
import { createTestDatabase } from '../support/test-database.ts';

// SIGKILL at a random moment under load, again and again, in each mode of the spool. `npm run test:faults` kills 200
// times in each.

const KILLS = Number(process.env.FAULT_KILLS ?? (process.env.FAULTS === 'long' ? 200 : 3));
const PER_SECOND = 250;
const PIXELS = KILLS * 1_500 + 10_000;

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test.each(['durable', 'fast'])(
  'killed under load with SPOOL_SYNC=%s it loses none of the answered hits and doubles none',
  async (sync) => {
    const database = await openDatabase();
    const dataDir = await openFolder();
    const port = await findFreePort();
    const start = () => startAgain({ dataDir, port, env: { DATABASE_URL: database.ownerUrl, SPOOL_SYNC: sync } });
    const servers = [await start()];
    closers.push(async () => servers[0]?.stop());
    const report = await killAgainAndAgain(`${KILLS} kills, ${sync}`, {
      ownerUrl: database.ownerUrl,
      servers,
      starts: [start],
    });
    expect(report).toMatchObject({ lost: [], doubled: [] });
    expect(report.answered).toBeGreaterThan(KILLS * 10);
  },
  3_600_000,
);

test('collector, processor and Redis killed under load in turn lose none of the answered hits and double none', async () => {
  const database = await openDatabase();
  const redis = await startRedis();
  closers.push(() => redis.stop());
  const env = {
    DATABASE_URL: database.ownerUrl,
    REDIS_URL: redis.url,
    APP_SECRET: 'a secret of the fault tests, long enough',
  };
  const starts = await Promise.all(
    ['collect', 'process'].map(async (role) => {
      const dataDir = await openFolder();
      const port = await findFreePort();
      return () => startAgain({ dataDir, port, env, words: ['--role', role] });
    }),
  );
  const servers = await Promise.all(starts.map((start) => start()));
  closers.push(() => Promise.all(servers.map((server) => server.stop())));
  const killRedis = async (): Promise<void> => {
    await redis.kill();
    await redis.start();
  };
  const report = await killAgainAndAgain(`${KILLS} kills, redis`, {
    ownerUrl: database.ownerUrl,
    servers,
    starts,
    killMore: killRedis,
  });
  expect(report).toMatchObject({ lost: [], doubled: [] });
  expect(report.answered).toBeGreaterThan(KILLS * 10);
}, 3_600_000);

interface Victims {
  readonly ownerUrl: string;
  readonly servers: RunningServer[];
  readonly starts: readonly (() => Promise<RunningServer>)[];
  /** One more that takes its turn. */
  readonly killMore?: () => Promise<void>;
}

async function killAgainAndAgain(title: string, { ownerUrl, servers, starts, killMore }: Victims) {
  // Between two collectors nothing is sent: each number has its pixel, and a refused connection proves nothing.
  let isCollecting = true;
  const urls = () => (isCollecting ? [servers[0]?.url ?? ''] : []);
  const load = startPixelLoad({ urls, perSecond: PER_SECOND });
  const victims = starts.length + (killMore === undefined ? 0 : 1);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 450));
    const victim = kill % victims;
    const start = starts[victim];
    if (start === undefined) await killMore?.();
    else {
      await servers[victim]?.kill();
      if (victim === 0) isCollecting = false;
      servers[victim] = await start();
      isCollecting = true;
    }
  }
  await load.stop();
  expect(load.sent).toBeLessThan(PIXELS);
  return checkLoad(title, ownerUrl, load);
}

function startAgain(options: Parameters<typeof startServer>[0] & { env: Record<string, string> }) {
  const env = { IP_LIMIT_PER_MINUTE: '1000000', LOG_LEVEL: 'warn', ...options.env };
  return startServer({ ...options, env, isReadyWhenAlive: true });
}

async function openDatabase() {
  const database = await createTestDatabase();
  closers.push(() => database.drop());
  await makeNumberedPixels(database, PIXELS);
  return database;
}

async function openFolder(): Promise<string> {
  const folder = await makeTempFolder();
  closers.push(() => removeFolder(folder));
  return folder;
}

import { afterEach, expect, test } from 'vitest';
import { checkLoad, makeNumberedPixels } from '../support/numbered-pixels.ts';
import { startPixelLoad } from '../support/pixel-load.ts';
import { startRedis } from '../support/redis.ts';
import { makeTempFolder, type RunningServer, removeFolder, startServer } from '../support/running-server.ts';
import { createTestDatabase } from '../support/test-database.ts';

// Many processes of one installation: two collectors, two processors, one for the screens and deliveries. Each is
// stopped in order and started anew, one after the other, under load.

const PER_SECOND = process.env.FAULTS === 'long' ? 1_000 : 100;

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test('a rolling restart of every process fails no pixel, loses none and doubles none', async () => {
  const database = await createTestDatabase();
  closers.push(() => database.drop());
  await makeNumberedPixels(database, PER_SECOND * 240);
  const redis = await startRedis();
  closers.push(() => redis.stop());
  const env = {
    DATABASE_URL: database.ownerUrl,
    REDIS_URL: redis.url,
    APP_SECRET: 'a secret of the fault tests, long enough',
    IP_LIMIT_PER_MINUTE: '1000000',
    LOG_LEVEL: 'warn',
  };
  const start = async (words: string[], before?: RunningServer): Promise<RunningServer> => {
    const dataDir = before?.dataDir ?? (await makeTempFolder());
    if (before === undefined) closers.push(() => removeFolder(dataDir));
    return startServer({ dataDir, env, words, ...(before && { port: before.port }) });
  };
  const roles = [['collect'], ['collect'], ['process'], ['process'], ['web', 'deliver']].map((names) =>
    names.flatMap((name) => ['--role', name]),
  );
  const servers: RunningServer[] = [];
  closers.push(() => Promise.all(servers.map((server) => server.stop())));
  for (const words of roles) servers.push(await start(words));

  const urls = () => servers.slice(0, 2).map(({ url }) => url);
  const load = startPixelLoad({ urls, perSecond: PER_SECOND, retriesResets: true });
  for (const [place, words] of roles.entries()) {
    const server = servers[place] as RunningServer;
    expect(await server.stop()).toBe(0);
    servers[place] = await start(words, server);
  }
  await load.stop();
  const report = await checkLoad('rolling restart', database.ownerUrl, load);
  expect(report).toMatchObject({ lost: [], doubled: [], failed: 0 });
  expect(report.answered).toBe(load.sent);
}, 600_000);

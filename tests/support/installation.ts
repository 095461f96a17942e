import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { makeNumberedPixels } from './numbered-pixels.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { makeTempFolder, type RunningServer, removeFolder, type ServerOptions, startServer } from './running-server.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

/** Processes of one installation on one PostgreSQL and one Redis, as on many machines. */
export interface Installation {
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  /** Between the processes and PostgreSQL, and Redis; null unless asked for. */
  readonly postgresProxy: FaultProxy | null;
  readonly redisProxy: FaultProxy | null;
  /** `before`: on the port and data folder of one that ended. */
  start(roles: readonly string[], options?: StartOptions): Promise<RunningServer>;
  /** Ends what was started, also what the test itself ended already. */
  close(): Promise<void>;
}

export interface StartOptions extends ServerOptions {
  readonly before?: RunningServer;
}

export interface InstallationOptions {
  readonly pixels: number;
  readonly isProxied?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Of another making; a fresh, migrated one when not given. */
  readonly database?: TestDatabase;
}

export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const closers: (() => Promise<unknown>)[] = [];
  const database = options.database ?? (await createTestDatabase());
  closers.push(() => database.drop());
  if (options.pixels > 0) await makeNumberedPixels(database, options.pixels);
  const redis = await startRedis();
  closers.push(() => redis.stop());
  const owner = new URL(database.ownerUrl);
  const through = async (host: string, port: number): Promise<FaultProxy | null> => {
    if (options.isProxied !== true) return null;
    const proxy = await startFaultProxy({ host, port });
    closers.push(() => proxy.close());
    return proxy;
  };
  const postgresProxy = await through(owner.hostname, Number(owner.port));
  const redisProxy = await through('127.0.0.1', redis.port);
  if (postgresProxy !== null) owner.host = `127.0.0.1:${postgresProxy.port}`;
  const env = {
    DATABASE_URL: owner.href,
    REDIS_URL: `redis://127.0.0.1:${redisProxy?.port ?? redis.port}`,
    APP_SECRET: 'a secret of the fault tests, long enough',
    IP_LIMIT_PER_MINUTE: '1000000',
    LOG_LEVEL: 'warn',
    ...options.env,
  };
  return {
    database,
    redis,
    postgresProxy,
    redisProxy,
    async start(roles, { before, ...more } = {}) {
      const dataDir = more.dataDir ?? before?.dataDir ?? (await makeTempFolder());
      if (before === undefined && more.dataDir === undefined) closers.push(() => removeFolder(dataDir));
      const words = roles.flatMap((role) => ['--role', role]);
      const port = before === undefined ? {} : { port: before.port };
      const server = await startServer({ words, ...port, ...more, dataDir, env: { ...env, ...more.env } });
      closers.push(() => server.kill());
      return server;
    },
    async close() {
      for (const close of closers.splice(0).reverse()) await close();
    },
  };
}

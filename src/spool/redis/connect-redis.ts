import type { Redis } from 'ioredis';
import type { Log } from '../../kit/log.ts';

/**
 * A connection that fails at once instead of queueing while Redis is away, and comes back by itself. The library is
 * loaded here, so that an installation without Redis never pays for it.
 */
export async function connectRedis(url: string, name: string, log: Log): Promise<Redis> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    connectionName: `mailtracker_${name}`,
    connectTimeout: ANSWER_MS_MAX,
    commandTimeout: ANSWER_MS_MAX,
    protocol: 2,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    keepAlive: 10_000,
    retryStrategy: (tries) => Math.min(tries * 50, RETRY_MS_MAX),
    reconnectOnError: (error) => /^(READONLY|LOADING)/.test(error.message),
  });
  let isTold = false;
  redis.on('error', (error: Error) => {
    if (isTold) return;
    isTold = true;
    log.warn({ name, error: error.message }, 'redis.away');
  });
  redis.on('ready', () => {
    if (isTold) log.info({ name }, 'redis.back');
    isTold = false;
  });
  await waitUntilReady(redis);
  return redis;
}

/** Where it answers it is ready from the first command on; where it does not, nobody waits longer than this. */
async function waitUntilReady(redis: Redis): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, READY_MS_MAX);
    redis.once('ready', resolve);
  });
  clearTimeout(timer);
}

const READY_MS_MAX = 500;

/** Longer than any answer of a Redis that lives, a blocking read's wait of 1 s included. */
const ANSWER_MS_MAX = 3_000;
const RETRY_MS_MAX = 1_000;

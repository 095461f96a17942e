import { createToClientAddress } from '../collect/client-address.ts';
import type { Front } from '../http/create-front.ts';
import { isOfOperations, type Operations } from '../http/create-operations.ts';
import { createRelay } from '../http/create-relay.ts';
import { readPixelSpeed } from '../http/read-pixel-speed.ts';
import type { Parts } from './open-parts.ts';
import { startWebThread } from './start-web-thread.ts';

/** The role `web`, once the database is ready: screens and API take the place behind the port that listens already. */
export async function startWeb(parts: Parts, { front, operations }: { front: Front; operations: Operations }) {
  const { config, databases, log, metrics, appSecret, web, closers } = parts;
  const thread = await startWebThread({
    config,
    appSecret,
    databaseUrl: databases.url,
    log,
    readPixelSpeed: () => readPixelSpeed(metrics),
  });
  web.thread = thread;
  const toClientAddress = createToClientAddress(config.trustProxy);
  const relay = createRelay({
    socketPath: () => thread.socketPath,
    toClientAddress: ({ socket, headers }) =>
      toClientAddress(socket.remoteAddress ?? UNKNOWN, headers['x-forwarded-for']?.toString()),
    prepare: (response) => front.gentle.prepare(response),
  });
  front.attach((request, response) => {
    if (isOfOperations(request) || thread.socketPath === null) operations.handle(request, response);
    else relay.handle(request, response);
  });
  closers.push(async () => {
    // Together: streams end with the thread, and whoever is on them must not come back here.
    await Promise.all([front.gentle.begin(front.server), thread.stop()]);
    relay.close();
  });
}

/** Of a client that is gone already. */
const UNKNOWN = '0.0.0.0';

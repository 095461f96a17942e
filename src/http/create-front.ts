import { createServer, type RequestListener, type Server } from 'node:http';
import { createGentleClose, type GentleClose, type MoreConnections } from './close-gently.ts';

/**
 * The one port. It listens before anything else stands: requests for /api/t/* go to the collector from the first
 * moment, all others to the application that was attached last.
 */
export interface Front {
  readonly server: Server;
  readonly gentle: GentleClose;
  /** Requests that are not the collector's go here from now on: it must be ready for them. */
  attach(handler: RequestListener): void;
  /** Throws EADDRINUSE and the like. */
  listen(address: { readonly port: number; readonly host: string }): Promise<void>;
  /** Asks clients to leave and resolves when all connections are closed, at the deadline by force. */
  close(): Promise<void>;
}

export interface FrontOptions {
  /** Serves /api/t/* fully. */
  readonly collect: RequestListener;
  /** Where connections begin that may never need node's HTTP; absent: all of them do. */
  readonly lanes?: (MoreConnections & { attach(server: Server): void }) | undefined;
  /** Shutdown: how long clients are asked to leave, and when the last is cut off, in ms after close(). */
  readonly drainMs?: number | undefined;
  readonly deadlineMs?: number | undefined;
  /** How long a slow client is waited for; what the server runs with when absent. */
  readonly limits?: Partial<typeof SERVER_LIMITS> | undefined;
}

const DRAIN_MS = 500;
const DEADLINE_MS = 10_000;

export function createFront(options: FrontOptions): Front {
  const { collect, lanes, limits, drainMs = DRAIN_MS, deadlineMs = DEADLINE_MS } = options;
  const gentle = createGentleClose({ drainMs, deadlineMs, more: lanes });
  let application: RequestListener = (_request, response) => void response.writeHead(503).end();
  const server = createServer({ ...SERVER_LIMITS, ...limits }, (request, response) => {
    gentle.prepare(response);
    if (request.url?.startsWith('/api/t/')) collect(request, response);
    else application(request, response);
  });
  lanes?.attach(server);
  server.maxConnections = CONNECTIONS_MAX;
  return {
    server,
    gentle,
    attach(handler) {
      application = handler;
    },
    listen: ({ port, host }) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.removeListener('error', reject);
          resolve();
        });
      }),
    async close() {
      if (!server.listening) return;
      await gentle.begin(server);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Fastify sets none of these when the server is ours; its own requestTimeout of 0 lets a body drip for ever. */
const SERVER_LIMITS = {
  keepAliveTimeout: 72_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
};

/** More are closed before a byte of theirs is read: a flood of idle ones takes neither memory nor file descriptors. */
const CONNECTIONS_MAX = 16_384;

import type { Server, ServerResponse } from 'node:http';

/** How the server leaves: first it asks clients to close, then it ends what is idle, at the deadline everything. */
export interface GentleClose {
  readonly isClosing: boolean;
  /** Called for each answer about to be made: while closing it says Connection: close. */
  prepare(response: ServerResponse): void;
  /** Readiness turns red and answers ask to close; resolves when clients had `drainMs` to notice. */
  begin(server: Server): Promise<void>;
}

/** Connections of the same server that its own HTTP does not know. */
export interface MoreConnections {
  /** Answers end their connections from now on. */
  beginClosing(): void;
  closeIdle(): void;
  closeAll(): void;
}

export interface GentleCloseOptions {
  readonly drainMs: number;
  readonly deadlineMs: number;
  readonly more?: MoreConnections | undefined;
}

const SWEEP_INTERVAL_MS = 100;

/**
 * Node alone never ends with keep-alive clients: an answer under way still promises keep-alive, its timeout checks stop
 * with close(), and a half-sent request hangs for ever. Hence the sweep and the deadline (ms after `begin`).
 */
export function createGentleClose({ drainMs, deadlineMs, more }: GentleCloseOptions): GentleClose {
  let isClosing = false;
  return {
    get isClosing() {
      return isClosing;
    },
    prepare(response) {
      if (isClosing) response.shouldKeepAlive = false;
    },
    async begin(server) {
      if (isClosing) return;
      isClosing = true;
      more?.beginClosing();
      // A server that never listened (its port was taken) will not tell that it closed.
      if (!server.listening) return;
      const drained = await hasConnections(server);
      if (drained) await new Promise((resolve) => setTimeout(resolve, drainMs));
      const sweep = setInterval(() => {
        server.closeIdleConnections();
        more?.closeIdle();
      }, SWEEP_INTERVAL_MS);
      const deadline = setTimeout(
        () => {
          server.closeAllConnections();
          more?.closeAll();
        },
        Math.max(0, deadlineMs - drainMs),
      );
      server.once('close', () => {
        clearInterval(sweep);
        clearTimeout(deadline);
      });
    },
  };
}

function hasConnections(server: Server): Promise<boolean> {
  return new Promise((resolve) => {
    server.getConnections((error, count) => resolve(error === null && count > 0));
  });
}

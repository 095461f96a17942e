import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy that can be as bad as a network: what stands behind it is slow, gone, or silent. */
export interface FaultProxy {
  readonly port: number;
  /** Every byte takes so long more, each way. */
  slow(ms: number): void;
  /** Of the chunks so many (0 to 1) are lost and come a retransmission later; one in a hundred of them never comes. */
  lose(share: number): void;
  /** Nobody listens any more, and who was connected is reset. */
  refuse(): Promise<void>;
  /** Half open: connections stand, and nothing comes through. */
  silence(): void;
  /** Resets what was connected and lets new connections through. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** Linux's least time to a retransmission. */
const RETRANSMIT_MS = 200;
const NEVER_SHARE = 0.01;

export async function startFaultProxy(target: { readonly host: string; readonly port: number }): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let delayMs = 0;
  let lostShare = 0;
  let isSilent = false;
  let server: Server;
  const pipe = (from: Socket, to: Socket): void => {
    sockets.add(from);
    // What comes behind a lost chunk waits for it, as in TCP.
    let readyAt = 0;
    from.on('data', (chunk) => {
      if (isSilent) return;
      const isLost = Math.random() < lostShare;
      if (isLost && Math.random() < NEVER_SHARE) return from.resetAndDestroy();
      const now = performance.now();
      readyAt = Math.max(readyAt, now + delayMs + (isLost ? RETRANSMIT_MS : 0));
      if (readyAt <= now) to.write(chunk);
      else setTimeout(() => to.destroyed || to.write(chunk), readyAt - now);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const listen = async (port: number): Promise<number> => {
    server = createServer((client) => {
      const upstream = connect(target.port, target.host);
      pipe(client, upstream);
      pipe(upstream, client);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  };
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const refuse = async (): Promise<void> => {
    if (!server.listening) return cut();
    const closed = once(server, 'close');
    server.close();
    cut();
    await closed;
  };
  const port = await listen(0);
  return {
    port,
    slow: (ms) => {
      delayMs = ms;
    },
    lose: (share) => {
      lostShare = share;
    },
    refuse,
    silence: () => {
      isSilent = true;
    },
    async heal() {
      delayMs = 0;
      lostShare = 0;
      isSilent = false;
      cut();
      if (!server.listening) await listen(port);
    },
    close: refuse,
  };
}

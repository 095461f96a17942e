import { connect, type Socket } from 'node:net';

export interface TunnelOptions {
  readonly socketPath: string;
  /** The request's line and headers, with `Connection: close`. */
  readonly head: string;
  /** Whose answer it is. */
  readonly client: Socket;
  /** Called when the other end left before it said anything. */
  readonly onAway: () => void;
}

/**
 * Hands on a request, and the bytes that come back as they are; the client's connection ends with them. For answers that
 * go on for hours: with node:http at both ends of the way a stream took 45 kB more.
 */
export function openTunnel({ socketPath, head, client, onAway }: TunnelOptions): void {
  const outgoing = connect(socketPath);
  const leave = (): void => void outgoing.destroy();
  client.once('close', leave);
  outgoing.write(head, 'latin1');
  outgoing.pipe(client, { end: false });
  outgoing.on('error', () => undefined);
  outgoing.once('close', () => {
    client.off('close', leave);
    if (outgoing.bytesRead === 0 && !client.destroyed) onAway();
    else client.end();
  });
}

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type LaneOptions, PixelLane } from './pixel-lane.ts';

/** The fresh connections of a server, see PixelLane. */
export interface PixelLanes {
  /** From now on connections begin here and go on to the server's own HTTP when they ask for anything else. */
  attach(server: Server): void;
  /** Answers end their connections from now on. */
  beginClosing(): void;
  /** Ends the connections that wait for no answer. */
  closeIdle(): void;
  closeAll(): void;
}

export function createPixelLanes(options: Pick<LaneOptions, 'record'>): PixelLanes {
  const lanes = new Set<PixelLane>();
  let isClosing = false;
  const closeWhere = (isOver: (lane: PixelLane) => boolean): void => {
    for (const lane of lanes) if (isOver(lane)) lane.socket.destroy();
  };
  return {
    attach(server) {
      const [toHttp] = server.listeners('connection') as ((socket: Socket) => void)[];
      const laneOptions: LaneOptions = {
        ...options,
        isClosing: () => isClosing,
        firstRequestMs: server.headersTimeout,
        keepAliveMs: server.keepAliveTimeout,
      };
      server.removeAllListeners('connection');
      server.on('connection', (socket: Socket) => {
        const leave = (): void => void lanes.delete(lane);
        const lane = new PixelLane(socket, laneOptions, () => {
          leave();
          socket.off('close', leave);
          toHttp?.call(server, socket);
        });
        lanes.add(lane);
        socket.once('close', leave);
      });
      const sweep = setInterval(() => {
        const now = performance.now();
        closeWhere((lane) => lane.isLate(now));
      }, SWEEP_INTERVAL_MS).unref();
      server.once('close', () => clearInterval(sweep));
    },
    beginClosing() {
      isClosing = true;
    },
    closeIdle: () => closeWhere((lane) => lane.isIdle),
    closeAll: () => closeWhere(() => true),
  };
}

const SWEEP_INTERVAL_MS = 1_000;

import type { Socket } from 'node:net';
import { type PlainRequest, parsePlainRequest } from './parse-plain-request.ts';
import { toPixelBytes } from './pixel-bytes.ts';

export interface LaneOptions {
  /** Takes a request and sees to it that `answer` is called once; false when it is not a pixel's after all. */
  record(request: PlainRequest, lane: PixelLane): boolean;
  /** Whether answers end their connections. */
  isClosing(): boolean;
  /** How long a connection may wait for its first request, and for the next one, in ms. */
  readonly firstRequestMs: number;
  readonly keepAliveMs: number;
}

/**
 * A connection that has sent nothing but plain pixel requests so far, one at a time. Node's HTTP costs 5 µs of the 14
 * that a bare answer takes; here bytes are read and written as they are. With the first request of another kind the
 * connection goes to node:http for good, with all bytes that were not answered.
 */
export class PixelLane {
  readonly socket: Socket;
  readonly #options: LaneOptions;
  readonly #handOver: () => void;
  #address: string | undefined;
  #startedAt: number;
  #isFirst = true;
  #isWaiting = false;
  #isLast = false;
  #isEnded = false;
  /** What came while an answer was awaited. */
  #next: Buffer[] = [];

  constructor(socket: Socket, options: LaneOptions, handOver: () => void) {
    this.socket = socket;
    this.#options = options;
    this.#handOver = handOver;
    this.#startedAt = performance.now();
    socket.on('data', this.#take).on('end', this.#end).on('error', this.#drop).on('drain', this.#goOn);
  }

  get isIdle(): boolean {
    return !this.#isWaiting;
  }

  /** The client's end of the connection. */
  get address(): string {
    this.#address ??= this.socket.remoteAddress ?? '';
    return this.#address;
  }

  isLate(now: number): boolean {
    const { firstRequestMs, keepAliveMs } = this.#options;
    return !this.#isWaiting && now - this.#startedAt > (this.#isFirst ? firstRequestMs : keepAliveMs);
  }

  /** The pixel leaves; with `isLast` the connection ends. A client that is gone needs none. */
  answer(isLast: boolean): void {
    const { socket } = this;
    this.#isWaiting = false;
    if (socket.destroyed) return;
    const isOver = this.#isEnded && this.#next.length === 0;
    if (isLast || this.#isLast || isOver || this.#options.isClosing()) {
      socket.end(toPixelBytes(true));
      this.#next = [];
      return;
    }
    // Who does not read its answers is not read either.
    if (!socket.write(toPixelBytes(false))) socket.pause();
    if (this.#next.length > 0) this.#take(Buffer.concat(this.#next.splice(0)));
    else if (socket.isPaused() && !socket.writableNeedDrain) socket.resume();
  }

  #take = (bytes: Buffer): void => {
    if (this.#isWaiting) {
      this.#next.push(bytes);
      this.socket.pause();
      return;
    }
    const request = parsePlainRequest(bytes.toString('latin1'));
    if (request !== null && this.#options.record(request, this)) return;
    this.#leave(bytes);
  };

  /** To be called before `answer` can be. */
  begin(isLast: boolean): void {
    this.#isWaiting = true;
    this.#isLast = isLast;
    this.#isFirst = false;
    this.#startedAt = performance.now();
  }

  #leave(bytes: Buffer): void {
    const { socket } = this;
    socket.off('data', this.#take).off('end', this.#end).off('error', this.#drop).off('drain', this.#goOn);
    socket.pause();
    socket.unshift(bytes);
    this.#handOver();
    socket.resume();
  }

  #goOn = (): void => {
    if (!this.#isWaiting) this.socket.resume();
  };

  /** A client that only half closed its side still gets what it asked for. */
  #end = (): void => {
    this.#isEnded = true;
    if (!this.#isWaiting) this.socket.end();
  };

  #drop = (): void => {
    this.socket.destroy();
  };
}

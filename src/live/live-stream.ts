import type { Audience } from './audience.ts';
import { toCursorText } from './cursor.ts';
import type { LiveEntry } from './live-log.ts';
import { toFrame, toRetryFrame } from './to-frame.ts';

/** Where a stream's bytes go: the open answer of a request. */
export interface LiveSink {
  write(text: string): void;
  /** Written and not yet taken by the client. */
  bufferedBytes(): number;
  /** After the last words. */
  end(text: string): void;
  /** At once, whatever is still underway. */
  cut(): void;
}

/** Why a stream ended; counted. */
export type EndReason = 'left' | 'slow' | 'not_allowed' | 'failed' | 'shutdown';

/** One open screen. It tells what it may see, in order, each thing once; who reads too slowly is cut and comes back. */
export interface LiveStream {
  readonly audience: Audience;
  /** Whom the number of streams is counted by. */
  readonly personKey: string;
  /** Up to here everything was told. */
  readonly position: number;
  readonly isOpen: boolean;
  /** When something was last written, by performance.now(). */
  readonly writtenAt: number;
  /** The log was read up to `id`; `frame`, when given, is what it says there. True when it is told now. */
  advance(id: number, frame: string | null): boolean;
  /** The screen has everything up to `id`, as it says itself. */
  resume(id: number): void;
  /** The screen reads its lists anew and is told what comes after `id`. */
  restart(id: number, isReset: boolean): void;
  /** A sign of life that carries the position, so that a quiet stream resumes from where it really is. */
  beat(): void;
  end(reason: EndReason): void;
}

/** A client that has left so much untaken when more is to be said is cut: it resumes with the id of the last thing it got. */
export const STREAM_BUFFER_BYTES_MAX = 65_536;
/** How long a browser waits before it comes back. Spread, so that a restart is not met by all at once. */
const RETRY_MS_LEAST = 500;
const RETRY_MS_MORE = 2_000;

export interface StreamParts {
  readonly audience: Audience;
  readonly personKey: string;
  readonly sink: LiveSink;
  /** Has the task run soon, when it is this stream's turn to write. */
  readonly takeTurn: (task: () => void) => void;
  readonly onEnd: (stream: LiveStream, reason: EndReason) => void;
}

export function createStream({ audience, personKey, sink, takeTurn, onEnd }: StreamParts): LiveStream {
  let position = 0;
  let isOpen = true;
  let writtenAt = performance.now();
  /** What is told until its turn comes goes out in one write. */
  let unwritten = '';

  const flush = (): void => {
    if (!isOpen) return;
    const text = unwritten;
    unwritten = '';
    // Asked before: what a screen missed is a page of its own size, which it has had no time to take.
    if (sink.bufferedBytes() > STREAM_BUFFER_BYTES_MAX) stream.end('slow');
    else sink.write(text);
  };
  const write = (text: string): void => {
    if (!isOpen) return;
    writtenAt = performance.now();
    if (unwritten === '') takeTurn(flush);
    unwritten += text;
  };
  const say = (event: string, data: unknown): void => write(toFrame(event, data, toStreamCursor()));
  const toStreamCursor = (): string => toCursorText({ organizationId: audience.organizationId, id: position });

  const stream: LiveStream = {
    audience,
    personKey,
    get position() {
      return position;
    },
    get isOpen() {
      return isOpen;
    },
    get writtenAt() {
      return writtenAt;
    },
    advance: (id, frame) => {
      if (id <= position) return false;
      position = id;
      if (frame !== null) write(frame);
      return isOpen && frame !== null;
    },
    resume: (id) => {
      position = id;
      write(toRetryFrame(toRetryMs()));
      say('beat', {});
    },
    restart: (id, isReset) => {
      position = id;
      write(toRetryFrame(toRetryMs()));
      say(isReset ? 'reset' : 'hello', {});
    },
    beat: () => say('beat', {}),
    end: (reason) => {
      if (!isOpen) return;
      isOpen = false;
      if (reason === 'slow') sink.cut();
      else if (reason !== 'left') sink.end(unwritten + toRetryFrame(toRetryMs()));
      onEnd(stream, reason);
    },
  };
  return stream;
}

function toRetryMs(): number {
  return RETRY_MS_LEAST + Math.random() * RETRY_MS_MORE;
}

/** What is said at one entry, the same for everybody who may see it. */
export function toEntryFrame(
  entry: LiveEntry,
  message: LiveMessage,
  organizationId: Audience['organizationId'],
): string {
  return toFrame(message.event, message.data, toCursorText({ organizationId, id: entry.id }));
}

/** `withdrawn`: {kind, id} of what is no longer there. */
export interface LiveMessage {
  readonly event: 'open' | 'signal' | 'withdrawn';
  readonly data: unknown;
}

import { Agent, request as ask, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { Problem } from './problem.ts';

// In: requests on the one port. Out: the same on the socket file of the thread that answers them, and its answers back,
// as RFC 9110, 7.6 asks of an intermediary. What must never happen: an address that the client itself claims
// (X-Forwarded-For) taken over, or a client that waits for a thread that is gone.

export interface Relay {
  readonly handle: RequestListener;
  /** Ends the idle connections to the other end. */
  close(): void;
}

export interface RelayOptions {
  /** Where the other end listens; null while nobody does. */
  readonly socketPath: () => string | null;
  /** What the other end is told of who asks, as the only entry of X-Forwarded-For. */
  readonly toClientAddress: (request: IncomingMessage) => string;
}

export function createRelay({ socketPath, toClientAddress }: RelayOptions): Relay {
  const agent = new Agent({ keepAlive: true });
  return {
    handle: (request, response) => {
      const path = socketPath();
      if (path === null) return refuse(request, response);
      const outgoing = ask({
        agent,
        socketPath: path,
        method: request.method,
        path: request.url,
        headers: [...toHeaders(request), 'X-Forwarded-For', toClientAddress(request)],
      });
      outgoing.on('response', (answer) => {
        // A body that the other end did not want to read fails from here on, and matters no more.
        outgoing.removeAllListeners('error').on('error', () => undefined);
        passBack(answer, response);
      });
      outgoing.on('error', () => refuse(request, response));
      response.on('close', () => {
        if (!response.writableFinished) outgoing.destroy();
      });
      if (hasBody(request)) request.pipe(outgoing);
      else outgoing.end();
    },
    close: () => agent.destroy(),
  };
}

/** Of one connection, never of the next one. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Answered at this end, or replaced. */
const NOT_PASSED_ON = new Set(['expect', 'x-forwarded-for']);
/** Whose length must be said where there is no body: otherwise an empty one is sent in chunks. */
const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

function toHeaders(request: IncomingMessage): string[] {
  const headers = toEndToEnd(request, NOT_PASSED_ON);
  if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  else if (!hasBody(request) && METHODS_WITH_BODY.has(request.method ?? '')) headers.push('Content-Length', '0');
  return headers;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
}

/** Names and values in turn, in their order, those left out that end here. */
function toEndToEnd({ rawHeaders, headers }: IncomingMessage, others: ReadonlySet<string>): string[] {
  const named = headers.connection?.toLowerCase().split(/\s*,\s*/) ?? [];
  return rawHeaders.filter((_, index) => {
    const name = rawHeaders[index - (index % 2)]?.toLowerCase() ?? '';
    return !HOP_BY_HOP.has(name) && !others.has(name) && !named.includes(name);
  });
}

function passBack(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, toEndToEnd(answer, NONE));
  // Without a length it may go on for hours, and its first bytes may come late.
  if (answer.headers['content-length'] === undefined) response.flushHeaders();
  // One that is cut off must not look whole.
  answer.on('error', () => response.destroy());
  answer.pipe(response);
}

const NONE: ReadonlySet<string> = new Set();

/** Nobody answers: a thread is started again in a second or two. */
function refuse(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  if (response.destroyed) return;
  response
    .writeHead(AWAY.status, {
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      'retry-after': '2',
    })
    .end(JSON.stringify(AWAY.toDocument()));
}

const AWAY = new Problem(
  503,
  'The screens and the API are being started again. Opens are still collected; try again.',
  {
    code: 'starting',
  },
);

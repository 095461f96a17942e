import { Agent, request as ask, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { openTunnel } from './open-tunnel.ts';
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
  /** Called with each answer about to be passed back. */
  readonly prepare?: (response: ServerResponse) => void;
}

export function createRelay(options: RelayOptions): Relay {
  const agent = new Agent({ keepAlive: true });
  return {
    handle: (request, response) => {
      // Of pipelined requests each waits for its turn to be answered. One that is not heard yet has no end to notice,
      // and a thousand of them on one connection would open a thousand behind it.
      if (request.rawHeaders.length > 2 * HEADERS_MAX) return void response.writeHead(431).end();
      const begin = (): void => passOn({ agent, request, response }, options);
      if (response.socket === null) response.once('socket', begin);
      else begin();
    },
    close: () => agent.destroy(),
  };
}

interface Exchange {
  readonly agent: Agent;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function passOn({ agent, request, response }: Exchange, options: RelayOptions): void {
  const { socketPath, toClientAddress, prepare } = options;
  const path = socketPath();
  if (path === null) {
    refuse(request, response, AWAY);
    return;
  }
  const headers = ['X-Forwarded-For', toClientAddress(request), ...toHeaders(request)];
  if (isStream(request) && response.socket !== null) {
    const onAway = (): void => refuse(request, response, AWAY);
    openTunnel({ socketPath: path, head: toHead(request, headers), client: response.socket, onAway });
    return;
  }
  const outgoing = ask({
    agent,
    socketPath: path,
    method: request.method,
    path: request.url,
    headers,
  });
  outgoing.on('response', (answer) => {
    prepare?.(response);
    passBack(answer, response);
  });
  // Once it answers, a body that it did not want to read may fail, and matters no more.
  outgoing.on('error', ({ code }: NodeJS.ErrnoException) => {
    const mayBeDone = !SAFE_METHODS.has(request.method ?? '') && !NOT_REACHED.has(code ?? '');
    refuse(request, response, mayBeDone ? BROKEN_OFF : AWAY);
  });
  response.on('close', () => {
    if (!response.writableFinished || !outgoing.writableFinished) outgoing.destroy();
  });
  // What is left of a body is taken off the connection: the client's next request comes behind it.
  outgoing.on('close', () => request.unpipe(outgoing).resume());
  if (hasBody(request)) request.pipe(outgoing);
  else outgoing.end();
}

/** Its answer goes on for hours, and there may be a thousand. */
function isStream(request: IncomingMessage): boolean {
  return request.method === 'GET' && STREAM_PATH.test(request.url ?? '') && !hasBody(request);
}

const STREAM_PATH = /^\/api\/live(\?|$)/;

function toHead({ method, url }: IncomingMessage, headers: readonly string[]): string {
  const fields = headers.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
  return `${method} ${url} HTTP/1.1\r\n${fields}Connection: close\r\n\r\n`;
}

/** Node reads 1,000 into `headers`, but keeps some more in `rawHeaders`: two readers of one request must see the same. */
const HEADERS_MAX = 256;

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
/** Answered at this end, or said anew: where a body ends is as this end read it, whatever Connection names. */
const NOT_PASSED_ON = new Set(['expect', 'x-forwarded-for', 'host', 'content-length']);
/** Whose length must be said where there is no body: otherwise an empty one is sent in chunks. */
const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

function toHeaders(request: IncomingMessage): string[] {
  const { headers, method = '' } = request;
  // HTTP/1.0 may do without a Host, HTTP/1.1 may not.
  const passed = ['Host', headers.host ?? '', ...toEndToEnd(request, NOT_PASSED_ON)];
  if (headers['transfer-encoding'] !== undefined) return [...passed, 'Transfer-Encoding', 'chunked'];
  const length = headers['content-length'] ?? (METHODS_WITH_BODY.has(method) ? '0' : null);
  return length === null ? passed : [...passed, 'Content-Length', length];
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
}

/** Names and values in turn, in their order, those left out that end here. */
function toEndToEnd({ rawHeaders, headers }: IncomingMessage, others: ReadonlySet<string>): string[] {
  const named = new Set(headers.connection?.split(',').map((name) => name.trim().toLowerCase()));
  return rawHeaders.filter((_, index) => {
    const name = rawHeaders[index - (index % 2)]?.toLowerCase() ?? '';
    return !HOP_BY_HOP.has(name) && !others.has(name) && !named.has(name);
  });
}

function passBack(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, toEndToEnd(answer, NONE));
  // Without a length it may go on for hours, and its first bytes may come late. flushHeaders() would make UTF-8 of bytes.
  if (answer.headers['content-length'] === undefined) response.write(NOTHING);
  // One that is cut off must not look whole.
  answer.on('error', () => response.destroy());
  answer.pipe(response);
}

const NONE: ReadonlySet<string> = new Set();
const NOTHING = Buffer.alloc(0);

/** Methods that change nothing (RFC 9110, 9.2.1), and what a connection fails with that was never made. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const NOT_REACHED = new Set(['ENOENT', 'ECONNREFUSED', 'EAGAIN']);

function refuse(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
  request.resume();
  if (response.destroyed || response.headersSent) return;
  const { retryAfterSeconds } = problem;
  response
    .writeHead(problem.status, {
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    })
    .end(JSON.stringify(problem.toDocument()));
}

/** A thread is started again in a second or two. */
const AWAY = new Problem(
  503,
  'The screens and the API are being started again. Opens are still collected; try again.',
  { code: 'starting', retryAfterSeconds: 2 },
);
const BROKEN_OFF = new Problem(502, 'The answer broke off. Look whether it was done before you try again.', {
  code: 'broken_off',
});

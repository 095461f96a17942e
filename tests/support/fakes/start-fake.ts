import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Document } from 'openapi-backend';
import { OpenAPIBackend } from 'openapi-backend';

// A vendor's API on loopback: requests enter, are held against the vendor's OpenAPI document, and change its state;
// answers leave in the vendor's own forms. Faults are armed from outside: nothing here may depend on who is asking.

const BODY_BYTES_MAX = 1024 * 1024;
const REQUESTS_KEPT_MAX = 10_000;

export interface FakeRequest {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A string body is sent as text, anything else as JSON, null as no body. */
export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export type Fault =
  /** Answers this instead of doing anything. */
  | { readonly kind: 'answer'; readonly answer: FakeAnswer }
  /** Does its work, then answers late. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Cuts the connection before anything is done. */
  | { readonly kind: 'reset' }
  /** Does its work, then cuts the connection: the caller cannot know. */
  | { readonly kind: 'lost' }
  /** Does its work and never answers. */
  | { readonly kind: 'hang' };

export interface ArmOptions {
  /** An operationId of the document; every operation when left out. */
  readonly operation?: string;
  /** How many requests it hits, 1 when left out. */
  readonly times?: number;
}

export interface Vendor {
  readonly name: string;
  readonly document: Document;
  /** By operationId. */
  readonly routes: Readonly<Record<string, (request: FakeRequest) => FakeAnswer>>;
  /** What stands before every operation: credentials and rate limits. Null lets the request pass. */
  guard(request: FakeRequest): FakeAnswer | null;
  /** The vendor's answer to a request that its document does not allow; `wrong` says where. */
  refuse(request: FakeRequest, wrong: readonly string[]): FakeAnswer;
  /** The vendor's answer to a path that it does not have. */
  readonly unknownPath: FakeAnswer;
  /** Headers that every answer carries. */
  headers?(): Readonly<Record<string, string>>;
  /** For whoever tries the product by hand. */
  state(): unknown;
}

export interface Fake {
  /** Without a slash at its end. */
  readonly url: string;
  /** What arrived, in order, refused or not. */
  readonly requests: readonly FakeRequest[];
  arm(fault: Fault, options?: ArmOptions): void;
  /** Drops the faults that are still armed. */
  disarm(): void;
  close(): Promise<void>;
}

export async function startFake(vendor: Vendor, port = 0): Promise<Fake> {
  const api = await openApi(vendor.document);
  const requests: FakeRequest[] = [];
  const armed: { fault: Fault; operation: string | undefined; times: number }[] = [];
  const takeFault = (operation: string): Fault | null => {
    const found = armed.findIndex((one) => one.operation === undefined || one.operation === operation);
    const one = armed[found];
    if (!one) return null;
    one.times -= 1;
    if (one.times <= 0) armed.splice(found, 1);
    return one.fault;
  };
  const control = { vendor, requests, arm: (fault: Fault, options: ArmOptions = {}) => arm(fault, options) };
  const arm = (fault: Fault, { operation, times = 1 }: ArmOptions) => armed.push({ fault, operation, times });

  const server = createServer((request, response) => {
    void serve({ api, control, takeFault }, request, response).catch((error: unknown) => {
      response.writeHead(599, { 'content-type': 'text/plain' }).end(`the fake failed: ${String(error)}`);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const boundPort = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${boundPort}`,
    requests,
    arm: (fault, options = {}) => void arm(fault, options),
    disarm: () => void armed.splice(0),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const opened = new Map<Document, Promise<OpenAPIBackend>>();

/** Compiling a document takes some 100 ms: once a process. */
function openApi(document: Document): Promise<OpenAPIBackend> {
  const known = opened.get(document);
  if (known) return known;
  const opening = new OpenAPIBackend({ definition: document, coerceTypes: true, strict: true }).init();
  opened.set(document, opening);
  return opening;
}

interface Serving {
  readonly api: OpenAPIBackend;
  readonly control: {
    readonly vendor: Vendor;
    readonly requests: FakeRequest[];
    arm(fault: Fault, options?: ArmOptions): void;
  };
  takeFault(operation: string): Fault | null;
}

async function serve(serving: Serving, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { vendor, requests } = serving.control;
  const text = await readText(incoming);
  if ((incoming.url ?? '').startsWith('/_fake/')) {
    send(response, answerControl(serving, incoming, text), {});
    return;
  }
  const { request, wrong } = parse(serving.api, incoming, text);
  requests.push(request);
  if (requests.length > REQUESTS_KEPT_MAX) requests.shift();
  const fault = serving.takeFault(request.operation);
  if (fault?.kind === 'reset') {
    incoming.socket.destroy();
    return;
  }
  const answer = fault?.kind === 'answer' ? fault.answer : answerRequest(vendor, request, wrong);
  if (fault?.kind === 'lost') incoming.socket.destroy();
  else if (fault?.kind === 'delay') setTimeout(() => send(response, answer, vendor.headers?.() ?? {}), fault.delayMs);
  else if (fault?.kind !== 'hang') send(response, answer, vendor.headers?.() ?? {});
}

function answerRequest(vendor: Vendor, request: FakeRequest, wrong: readonly string[] | null): FakeAnswer {
  const route = vendor.routes[request.operation];
  if (!route) return vendor.unknownPath;
  const stopped = vendor.guard(request);
  if (stopped) return stopped;
  return wrong === null ? route(request) : vendor.refuse(request, wrong);
}

/** GET /_fake/state, GET /_fake/requests, POST /_fake/faults {fault, operation?, times?}: for trials by hand. */
function answerControl({ control }: Serving, incoming: IncomingMessage, text: string): FakeAnswer {
  if (incoming.url === '/_fake/state') return { status: 200, body: control.vendor.state() };
  if (incoming.url === '/_fake/requests') return { status: 200, body: control.requests.map(withoutCredentials) };
  if (incoming.url === '/_fake/faults' && incoming.method === 'POST') {
    const { fault, ...options } = JSON.parse(text) as { fault: Fault } & ArmOptions;
    control.arm(fault, options);
    return { status: 204, body: null };
  }
  return { status: 404, body: 'state, requests or faults' };
}

function withoutCredentials({ headers, ...request }: FakeRequest): object {
  const { authorization: _a, 'x-api-token': _b, ...rest } = headers;
  return { ...request, query: Object.fromEntries(request.query), headers: rest };
}

function parse(
  api: OpenAPIBackend,
  incoming: IncomingMessage,
  text: string,
): { request: FakeRequest; wrong: readonly string[] | null } {
  const url = new URL(incoming.url ?? '/', 'http://fake');
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  const raw = {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.search.slice(1),
    headers,
    body: text === '' ? undefined : text,
  };
  const operation = api.matchOperation(raw);
  const parsed = api.router.parseRequest(raw, operation);
  const valid = operation ? api.validateRequest(raw, operation) : null;
  const errors = valid?.errors ?? null;
  return {
    request: {
      operation: operation?.operationId ?? 'unknown',
      method: raw.method,
      path: url.pathname,
      params: Object.fromEntries(Object.entries(parsed.params).map(([name, value]) => [name, String(value)])),
      query: url.searchParams,
      headers,
      body: toBody(text),
      at: Date.now(),
    },
    wrong:
      errors === null ? null : errors.map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`.trim()),
  };
}

function toBody(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error(`a request of more than ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, answer: FakeAnswer, common: Readonly<Record<string, string>>): void {
  const isText = typeof answer.body === 'string';
  const body = answer.body === null ? '' : isText ? (answer.body as string) : JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'content-type': isText ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    ...common,
    ...answer.headers,
  });
  response.end(body);
}

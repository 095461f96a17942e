import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type Agent, request as ask, createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { createRelay, type RelayOptions } from '../../src/http/create-relay.ts';

// A client on the one port, a server on the socket file, and the relay between them.

const closers: (() => Promise<unknown>)[] = [];

export async function closeRelays(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** Called by closeRelays, the last first. */
export function closeLater(close: () => unknown): void {
  closers.push(async () => close());
}

export async function makeSocketPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relay-'));
  closers.push(() => rm(folder, { recursive: true }));
  return join(folder, '1.sock');
}

/** The other end: what it answers is up to the test, and it notes the connections it had. */
export async function listenBehind(listener: RequestListener) {
  const socketPath = await makeSocketPath();
  const faults: string[] = [];
  const server = createServer({ keepAliveTimeout: 0 }, listener);
  const connections = new Set<Socket>();
  server.on('connection', (socket) => connections.add(socket));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    faults.push(error.code ?? error.message);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { socketPath, faults, connections };
}

/** The port in front of it. */
export async function startRelay(
  socketPath: string | null,
  toClientAddress: RelayOptions['toClientAddress'] = () => '192.0.2.7',
) {
  const relay = createRelay({ socketPath: () => socketPath, toClientAddress });
  const server = createServer({ keepAliveTimeout: 60_000 }, relay.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    relay.close();
  });
  return (server.address() as AddressInfo).port;
}

export async function startRelayed(listener: RequestListener) {
  const behind = await listenBehind(listener);
  return { ...behind, port: await startRelay(behind.socketPath) };
}

export async function openRaw(port: number) {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (part) => {
    text += part;
  });
  socket.on('error', () => undefined);
  const ended = once(socket, 'close');
  closers.push(async () => socket.destroy());
  await once(socket, 'connect');
  return {
    socket,
    ended,
    text: () => text,
    statuses: () => [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status)),
    /** What came once it holds `part`. */
    until: (part: string) => vi.waitFor(() => expect(text).toContain(part), { timeout: 5_000, interval: 5 }),
  };
}

export async function readBody(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of message.setEncoding('latin1')) text += part;
  return text;
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
  readonly agent?: Agent;
}

export async function send(port: number, { method = 'GET', path = '/', headers = {}, body, agent }: Asked = {}) {
  const outgoing = ask({ port, host: '127.0.0.1', method, path, headers, ...(agent === undefined ? {} : { agent }) });
  // As bytes: with a text node would make UTF-8 of the headers too.
  outgoing.end(Buffer.from(body ?? ''));
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { answer, status: answer.statusCode, headers: answer.headers, body: await readBody(answer) };
}

/** Answers with what it was asked. */
export const echo: RequestListener = async (request, response) => {
  const body = await readBody(request);
  const { method, url, rawHeaders, headers } = request;
  response.end(JSON.stringify({ method, url, rawHeaders, headers, body }));
};

import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../tests/support/running-server.ts';
import { createFront, type FrontOptions } from './create-front.ts';

// Clients that mean harm, on raw sockets: slow ones, many, and requests that two readers would cut differently.

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A front that answers every request with "answered", after its body, and knows what it answered. */
async function startFront(limits: FrontOptions['limits'] = {}) {
  const handled: string[] = [];
  const front = createFront({
    collect: (_request, response) => response.end('pixel'),
    drainMs: 0,
    deadlineMs: 50,
    limits,
  });
  front.attach((request, response) => {
    handled.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => response.end('answered'));
  });
  await front.listen({ port: 0, host: '127.0.0.1' });
  closers.push(() => front.close());
  return { front, handled, port: (front.server.address() as AddressInfo).port };
}

async function open(port: number): Promise<Socket & { text(): string; ended: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (part) => {
    text += part;
  });
  socket.on('error', () => undefined);
  const ended = once(socket, 'close');
  closers.push(async () => socket.destroy());
  await once(socket, 'connect');
  return Object.assign(socket, { text: () => text, ended });
}

const QUICK = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 20 };

test.each([
  ['a header block', 'GET / HTTP/1.1\r\nHost: a\r\n', 'X-Drip: 1\r\n'],
  ['a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n', 'x'],
  ['a chunked body', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n'],
])('%s that drips is cut off with a 408, while others are answered', async (_what, begin, drop) => {
  const { port } = await startFront(QUICK);
  const slow = await open(port);
  slow.write(begin);
  const dripping = setInterval(() => slow.write(drop), 20);
  closers.push(async () => clearInterval(dripping));
  const other = await fetch(`http://127.0.0.1:${port}/`);
  expect(await other.text()).toBe('answered');
  await slow.ended;
  expect(slow.text()).toMatch(/^HTTP\/1\.1 408 /);
});

test('what it runs with: 10 s for headers, 30 s for a request, 16 kB of headers, and no connection beyond 16,384', async () => {
  const { front } = await startFront();
  const { headersTimeout, requestTimeout, maxConnections } = front.server;
  expect({ headersTimeout, requestTimeout, maxConnections }).toEqual({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    maxConnections: 16_384,
  });
});

test('connections beyond the limit are closed, and there is room again when one ends', async () => {
  const { front, port } = await startFront();
  front.server.maxConnections = 2;
  const [first] = [await open(port), await open(port)];
  const third = await open(port);
  await third.ended;
  expect(third.text()).toBe('');
  first?.destroy();
  const answer = await waitFor(() => fetch(`http://127.0.0.1:${port}/`), 'room');
  expect(await answer.text()).toBe('answered');
});

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';

test.each([
  ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['two lengths', 'Content-Length: 0\r\nContent-Length: 40\r\n\r\n'],
  ['a list of lengths', 'Content-Length: 0, 40\r\n\r\n'],
  ['a signed length', 'Content-Length: +0\r\n\r\n'],
  ['an encoding that hides chunks', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
  ['chunks by another name', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['a space before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
  ['a chunk size that is none', 'Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n'],
  ['a line that ends in a carriage return alone', 'X: a\rContent-Length: 40\r\n\r\n'],
  ['a NUL in a header', 'X: a\0b\r\n\r\n'],
])('a request with %s is a 400, and what is smuggled behind it is never answered', async (_what, rest) => {
  const { port, handled } = await startFront();
  const socket = await open(port);
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\n${rest}${SMUGGLED}`, 'latin1');
  await socket.ended;
  expect(
    socket
      .text()
      .match(/^HTTP\/1\.1 (\d{3})/gm)
      ?.at(-1),
  ).toBe('HTTP/1.1 400');
  expect(handled).not.toContain('GET /smuggled');
});

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import {
  closeRelays,
  echo,
  makeSocketPath,
  openRaw,
  send,
  startRelay,
  startRelayed,
} from '../../tests/support/relaying.ts';

// Streams, which pass the relay as bytes.

afterEach(closeRelays);

const ASK = 'GET /api/live?after=1 HTTP/1.1\r\nHost: crm.example\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n';

/** A stream that has begun, seen from both ends. */
async function startStream() {
  const begun: { request: IncomingMessage; response: ServerResponse }[] = [];
  const { port } = await startRelayed((request, response) => {
    begun.push({ request, response });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: first\n\n');
  });
  const client = await openRaw(port);
  client.socket.write(ASK);
  await client.until('data: first');
  const [stream] = begun;
  if (stream === undefined) throw new Error('nothing was asked');
  return { client, ...stream };
}

test('what a stream says arrives as it is said, and its end ends the connection', async () => {
  const { client, request, response } = await startStream();
  expect(request.url).toBe('/api/live?after=1');
  expect(request.headers.host).toBe('crm.example');
  response.write('data: second\n\n');
  await client.until('data: second');
  response.end();
  await client.ended;
  expect(client.statuses()).toEqual([200]);
  expect(client.text()).toMatch(/0\r\n\r\n$/);
});

test('the other end is told who asks by one entry, whatever the client claims', async () => {
  const { request } = await startStream();
  expect(request.headers['x-forwarded-for']).toBe('192.0.2.7');
});

test('a client that leaves ends its stream', async () => {
  const { client, response } = await startStream();
  const closed = once(response, 'close');
  client.socket.destroy();
  await closed;
});

test('a stream whose other end dies is cut off, and does not look whole', async () => {
  const { client, response } = await startStream();
  response.destroy();
  await client.ended;
  expect(client.text()).not.toContain('0\r\n\r\n');
});

test('where nobody listens, or who listens dies before it answers, a stream is a 503 that says when to come back', async () => {
  const dying = await startRelayed((_request, response) => response.destroy());
  for (const port of [await startRelay(await makeSocketPath()), dying.port]) {
    const { status, headers } = await send(port, { path: '/api/live' });
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('2');
  }
});

test('a refused stream is answered like anything else, and its connection ends', async () => {
  const { port } = await startRelayed((_request, response) => response.writeHead(401).end('{}'));
  const client = await openRaw(port);
  client.socket.write(ASK);
  await client.ended;
  expect(client.statuses()).toEqual([401]);
});

test('a client that does not read holds its stream up, and fills no memory here', async () => {
  let written = 0;
  const { port } = await startRelayed((_request, response) => {
    const write = (): void => {
      written += 65_536;
      response.write(Buffer.alloc(65_536));
    };
    response.on('drain', write).writeHead(200);
    write();
  });
  const client = await openRaw(port);
  client.socket.pause();
  client.socket.write(ASK);
  let before = -1;
  await vi.waitFor(
    () => {
      const isStill = written > 0 && written === before;
      before = written;
      expect(isStill).toBe(true);
    },
    { interval: 200, timeout: 10_000 },
  );
  expect(written).toBeLessThan(32 * 1_048_576);
});

test('only GET /api/live is a stream', async () => {
  const { port } = await startRelayed(echo);
  for (const [method, path] of [
    ['POST', '/api/live'],
    ['GET', '/api/livestock'],
    ['GET', '/api/session'],
  ] as const) {
    const { headers, body } = await send(port, { method, path });
    expect(JSON.parse(body)).toMatchObject({ method, url: path });
    expect(headers.connection).toBe('keep-alive');
  }
});

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import {
  CAMPAIGN_PIXEL,
  exchange,
  startCollector,
  type TestCollector,
  toRequest,
  USER_PIXEL,
} from '../../tests/support/test-collector.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A server that answers "page" to all that is no pixel; its port. */
async function serve(collector: TestCollector['collector'], options: { lanes: boolean; keepAliveMs?: number }) {
  const server = createServer({ keepAliveTimeout: options.keepAliveMs ?? 72_000 }, (request, response) => {
    if (request.url?.startsWith('/api/t/')) collector.handle(request, response);
    else response.end('page');
  });
  if (options.lanes) collector.lanes.attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return { server, port: (server.address() as AddressInfo).port };
}

function open(port: number): { socket: Socket; text: () => string } {
  let text = '';
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  socket.on('data', (part) => {
    text += part;
  });
  return { socket, text: () => text };
}

const count = (text: string, what: string): number => text.split(what).length - 1;

test('an answer is byte for byte what node:http sends, whether the connection goes on or ends', async () => {
  const { collector } = await startCollector();
  const [own, node] = [await serve(collector, { lanes: true }), await serve(collector, { lanes: false })];
  for (const path of [USER_PIXEL, '/api/t/p/odd.gif']) {
    const answers = [own, node].map(async ({ port }) => {
      const { socket, text } = open(port);
      socket.write(toRequest(`GET ${path}`, {}));
      await expect.poll(() => text().endsWith(';')).toBe(true);
      const first = text().length;
      socket.write(toRequest(`GET ${path}`, { Connection: 'close' }));
      await once(socket, 'close');
      return [first, text().replace(/\r\nDate: [^\r]*/g, '\r\nDate: now')];
    });
    const [ours, theirs] = await Promise.all(answers);
    expect(ours).toEqual(theirs);
  }
});

test('a connection may go on to anything else, and all it asked is answered in order', async () => {
  const { collector, readRecords } = await startCollector();
  const { port } = await serve(collector, { lanes: true });
  const { socket, text } = open(port);
  socket.write(toRequest(`GET ${USER_PIXEL}`, {}));
  await expect.poll(() => count(text(), 'GIF89a')).toBe(1);
  // Both at once: the second comes while the first is not yet answered.
  socket.write(toRequest(`GET ${CAMPAIGN_PIXEL}`, {}));
  setImmediate(() => socket.write(toRequest('GET /hello', {})));
  await expect.poll(() => count(text(), 'page')).toBe(1);
  socket.write(toRequest(`GET ${USER_PIXEL}`, { Connection: 'close' }));
  await once(socket, 'close');
  expect([...text().matchAll(/GIF89a|page/g)].map(([word]) => word)).toEqual(['GIF89a', 'GIF89a', 'page', 'GIF89a']);
  expect(await readRecords()).toHaveLength(3);
});

test('a request that comes byte by byte is answered and recorded once', async () => {
  const { collector, readRecords } = await startCollector();
  const { port } = await serve(collector, { lanes: true });
  const { socket, text } = open(port);
  socket.setNoDelay(true);
  for (const byte of toRequest(`GET ${USER_PIXEL}`, { Connection: 'close' })) {
    await new Promise<void>((resolve) => socket.write(byte, () => resolve()));
  }
  await once(socket, 'close');
  expect(count(text(), 'GIF89a')).toBe(1);
  expect(await readRecords()).toHaveLength(1);
});

test('500 requests sent at once over one connection are all answered and recorded', async () => {
  const { collector, readRecords } = await startCollector({
    limits: { pixelPerMinute: 10_000, addressPerMinute: 10_000 },
  });
  const { port } = await serve(collector, { lanes: true });
  const requests = Array.from({ length: 500 }, (_, at) =>
    toRequest(`GET ${USER_PIXEL}`, at === 499 ? { Connection: 'close' } : {}),
  );
  expect(count(await exchange(port, requests.join('')), 'GIF89a')).toBe(500);
  expect(await readRecords()).toHaveLength(500);
});

test('a client that ends its side after its requests still gets every answer', async () => {
  const { collector } = await startCollector();
  const { port } = await serve(collector, { lanes: true });
  const { socket, text } = open(port);
  socket.write(toRequest(`GET ${USER_PIXEL}`, {}));
  setImmediate(() => socket.end(toRequest(`GET ${CAMPAIGN_PIXEL}`, {})));
  await once(socket, 'close');
  expect(count(text(), 'GIF89a')).toBe(2);
});

test('a connection that says nothing more is ended after the keep-alive time, as node:http does', async () => {
  const { collector } = await startCollector();
  const { port } = await serve(collector, { lanes: true, keepAliveMs: 100 });
  const { socket, text } = open(port);
  socket.write(toRequest(`GET ${USER_PIXEL}`, {}));
  await once(socket, 'close');
  expect(count(text(), 'GIF89a')).toBe(1);
});

test('closing: the next answer ends its connection, and idle ones are ended', async () => {
  const { collector } = await startCollector();
  const { port } = await serve(collector, { lanes: true });
  const [idle, busy] = [open(port), open(port)];
  for (const { socket } of [idle, busy]) socket.write(toRequest(`GET ${USER_PIXEL}`, {}));
  await expect.poll(() => count(idle.text() + busy.text(), 'GIF89a')).toBe(2);
  collector.lanes.beginClosing();
  const left = once(busy.socket, 'close');
  busy.socket.write(toRequest(`GET ${USER_PIXEL}`, {}));
  await left;
  expect(busy.text()).toContain('\r\nConnection: close\r\n');
  const gone = once(idle.socket, 'close');
  collector.lanes.closeIdle();
  await gone;
});

test('a connection that leaves for an upgrade carries its bytes both ways, whatever was read before', async () => {
  const { collector } = await startCollector();
  const { server, port } = await serve(collector, { lanes: true });
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.on('data', (bytes) => socket.write(bytes)).on('end', () => socket.end());
  });
  const { socket, text } = open(port);
  socket.write(toRequest(`GET ${USER_PIXEL}`, {}));
  await expect.poll(() => count(text(), 'GIF89a')).toBe(1);
  socket.write(toRequest('GET /echo', { Connection: 'upgrade', Upgrade: 'echo' }));
  await expect.poll(() => count(text(), 'Switching')).toBe(1);
  const long = Array.from({ length: 20_000 }, (_, at) => `line ${at}\n`).join('');
  socket.end(long);
  await once(socket, 'close');
  expect(text().endsWith(`\r\n\r\n${long}`)).toBe(true);
});

test('the server counts each connection once, until it ends, and closes after the last', async () => {
  const { collector } = await startCollector();
  const { server, port } = await serve(collector, { lanes: true });
  const clients = Array.from({ length: 5 }, () => open(port));
  for (const { socket } of clients) socket.write(toRequest(`GET ${USER_PIXEL}`, {}));
  await expect.poll(() => clients.every(({ text }) => count(text(), 'GIF89a') === 1)).toBe(true);
  const countOpen = () => new Promise((resolve) => server.getConnections((_, open) => resolve(open)));
  expect(await countOpen()).toBe(5);
  const closed = once(server.close(), 'close');
  for (const { socket } of clients.slice(1)) socket.destroy();
  await expect.poll(countOpen).toBe(1);
  clients[0]?.socket.destroy();
  await closed;
});

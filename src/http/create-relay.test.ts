import { Agent, type IncomingMessage } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import {
  closeLater,
  closeRelays,
  echo,
  listenBehind,
  openRaw,
  readBody,
  send,
  startRelay,
  startRelayed,
} from '../../tests/support/relaying.ts';

// What is passed on, and what is not; on raw sockets where node's own client would put things right.

afterEach(closeRelays);

test.each(['of a known length', 'in chunks'])(
  'method, path with its query, headers and body arrive as they were sent, and so does an answer %s',
  async (answered) => {
    const { port } = await startRelayed(async (request, response) => {
      const body = await readBody(request);
      const { method, url, headers } = request;
      const told = Buffer.from(`${method} ${url} ${headers['x-asked']} ${headers.host} ${body}`, 'latin1');
      const length = answered === 'in chunks' ? {} : { 'Content-Length': told.length };
      response.writeHead(418, 'Short And Stout', { 'X-Answer': 'caf\u00e9', ...length }).end(told);
    });
    const { answer, status, headers, body } = await send(port, {
      method: 'PATCH',
      path: '/api/opens?from=1&q=%20a;b#c',
      headers: { 'X-Asked': 'th\u00e9', Host: 'mail.example.com' },
      body: '\u00fcend',
    });
    expect(status).toBe(418);
    expect(answer.statusMessage).toBe('Short And Stout');
    expect(headers['x-answer']).toBe('caf\u00e9');
    expect(headers['content-length'] === undefined).toBe(answered === 'in chunks');
    expect(body).toBe('PATCH /api/opens?from=1&q=%20a;b#c th\u00e9 mail.example.com \u00c3\u00bcend');
  },
);

test('several Set-Cookie headers stay several, in their order', async () => {
  const { port } = await startRelayed((_request, response) =>
    response.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2; Expires=Thu, 01 Jan 2099 00:00:00 GMT']).end(),
  );
  const { headers } = await send(port);
  expect(headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2; Expires=Thu, 01 Jan 2099 00:00:00 GMT']);
});

test('what belongs to one connection alone is not passed on, to neither side', async () => {
  let asked: IncomingMessage['headers'] = {};
  const { port } = await startRelayed((request, response) => {
    asked = request.headers;
    response.writeHead(200, {
      Connection: 'close, X-Of-Answer',
      'X-Of-Answer': '1',
      'Proxy-Connection': 'close',
      Trailer: 'X-Sum',
      Upgrade: 'h2c',
      'X-Kept': '1',
    });
    response.end('body');
  });
  const { headers } = await send(port, {
    headers: {
      Connection: 'keep-alive, X-Of-Request ,X-Too',
      'Keep-Alive': 'timeout=9',
      'Proxy-Connection': 'keep-alive',
      TE: 'trailers',
      Upgrade: 'websocket',
      Expect: '100-continue',
      'X-Of-Request': '1',
      'X-Too': '1',
      'X-Kept': '1',
    },
  });
  expect(Object.keys(asked).sort()).toEqual(['connection', 'host', 'x-forwarded-for', 'x-kept']);
  expect(asked.connection).toBe('keep-alive');
  expect(headers).toMatchObject({ 'x-kept': '1' });
  for (const name of ['x-of-answer', 'proxy-connection', 'trailer', 'upgrade'])
    expect(headers).not.toHaveProperty(name);
  expect(headers.connection).not.toContain('X-Of-Answer');
});

test('the other end is told one address, that of toClientAddress, whatever the client claims', async () => {
  const behind = await listenBehind(echo);
  const port = await startRelay(
    behind.socketPath,
    ({ headers }) => `192.0.2.${String(headers['x-forwarded-for']).length}`,
  );
  const { socket, until, text } = await openRaw(port);
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6\r\nx-forwarded-for: 7.7.7.7, 8.8.8.8\r\n\r\n');
  await until('"body"');
  expect(text()).toContain('"x-forwarded-for":"192.0.2.25"');
  expect(text()).not.toMatch(/6\.6\.6\.6|7\.7\.7\.7/);
});

test.each(['POST', 'PUT', 'PATCH'])('a %s without a body has a length of 0, and no chunks', async (method) => {
  const { port } = await startRelayed(echo);
  const { socket, until, text } = await openRaw(port);
  socket.write(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
  await until('"body"');
  expect(text()).toContain('"content-length":"0"');
  expect(text()).not.toContain('"transfer-encoding"');
});

test('a GET and a DELETE without a body say nothing of one', async () => {
  const { port } = await startRelayed(echo);
  for (const method of ['GET', 'DELETE']) {
    const { headers } = JSON.parse((await send(port, { method })).body);
    expect(Object.keys(headers).sort()).toEqual(['connection', 'host', 'x-forwarded-for']);
  }
});

test.each(['POST', 'GET', 'DELETE'])('a %s in chunks is passed on in chunks', async (method) => {
  const { port } = await startRelayed(echo);
  const { socket, until, text } = await openRaw(port);
  socket.write(`${method} / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`);
  socket.write('2;ext=1\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n');
  await until('"body":"abcde"');
  expect(text()).toContain('"transfer-encoding":"chunked"');
  expect(text()).not.toContain('"content-length"');
});

test('a client that asks to be told first is told to continue, and its body is passed on', async () => {
  const { port } = await startRelayed(echo);
  const { socket, until } = await openRaw(port);
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
  await until('HTTP/1.1 100 Continue');
  socket.write('body');
  await until('"body":"body"');
});

test('a client of HTTP/1.0 needs no Host, and its answer ends with the connection', async () => {
  const { port } = await startRelayed((_request, response) => {
    response.write('one ');
    response.end('two');
  });
  const { socket, ended, text } = await openRaw(port);
  socket.write('GET / HTTP/1.0\r\n\r\n');
  await ended;
  expect(text()).toMatch(/^HTTP\/1\.1 200 OK\r\n(?![\s\S]*transfer-encoding)[\s\S]*\r\n\r\none two$/i);
});

test.each([
  ['HEAD', 200, { 'Content-Length': '5' }],
  ['HEAD', 200, {}],
  ['GET', 204, {}],
  ['GET', 304, { ETag: '"a"' }],
] as const)('a %s answered with %i %o has no body, and the connection goes on', async (method, status, headers) => {
  const { port } = await startRelayed((_request, response) => response.writeHead(status, headers).end());
  const { socket, until, text } = await openRaw(port);
  const asked = `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`;
  socket.write(asked);
  await until('\r\n\r\n');
  socket.write(asked);
  await vi.waitFor(() => expect(text().match(/\r\n\r\n/g)).toHaveLength(2), { interval: 5 });
  expect(text()).toMatch(/^(HTTP\/1\.1 \d{3} [\s\S]*?\r\n\r\n){2}$/);
  for (const [name, value] of Object.entries(headers)) expect(text()).toContain(`${name}: ${value}`);
});

test('headers and the first event of a stream arrive while it goes on', async () => {
  const { port } = await startRelayed((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
    if (response.req.url === '/said') response.write('data: hello\n\n');
  });
  const silent = await openRaw(port);
  silent.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await silent.until('text/event-stream');
  const said = await openRaw(port);
  said.socket.write('GET /said HTTP/1.1\r\nHost: a\r\n\r\n');
  await said.until('data: hello\n\n');
});

test('a client that reads slowly holds up the answer instead of filling the memory', async () => {
  let writtenBytes = 0;
  const { port } = await startRelayed((_request, response) => {
    const part = Buffer.alloc(65_536);
    const write = (): void => {
      while (!response.destroyed) {
        writtenBytes += part.length;
        if (!response.write(part)) return void response.once('drain', write);
      }
    };
    write();
  });
  const { socket } = await openRaw(port);
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  // Until nothing moved for 20 looks: socket buffers are full by then.
  let [last, still] = [0, 0];
  await vi.waitFor(
    () => {
      still = writtenBytes > 0 && writtenBytes === last ? still + 1 : 0;
      last = writtenBytes;
      expect(still).toBeGreaterThan(20);
    },
    { timeout: 10_000, interval: 10 },
  );
  expect(writtenBytes).toBeLessThan(32 * 1_048_576);
  socket.resume();
  await vi.waitFor(() => expect(writtenBytes).toBeGreaterThan(2 * last), { timeout: 10_000, interval: 10 });
});

test('many requests on one connection are answered one by one, over one connection behind', async () => {
  const { port, connections } = await startRelayed(echo);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  closeLater(() => agent.destroy());
  for (let i = 0; i < 200; i += 1) {
    const body = 'x'.repeat(i);
    const answer = await send(port, { method: 'POST', path: `/${i}`, body, agent });
    expect(JSON.parse(answer.body)).toMatchObject({ url: `/${i}`, body });
  }
  expect(connections.size).toBe(1);
});

test('pipelined requests are answered in their order, and hold one connection behind', async () => {
  const { port, connections } = await startRelayed(async (request, response) => {
    const body = await readBody(request);
    response.end(`[${request.url} ${body}]`);
  });
  const { socket, until, text } = await openRaw(port);
  const urls = Array.from({ length: 100 }, (_, i) => `/${i}`);
  socket.write(urls.map((url) => `POST ${url} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody`).join(''));
  await until('[/99 body]');
  expect([...text().matchAll(/\[(\S+) body\]/g)].map(([, url]) => url)).toEqual(urls);
  expect(connections.size).toBe(1);
});

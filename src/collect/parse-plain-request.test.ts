import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from 'vitest';
import { parsePlainRequest } from './parse-plain-request.ts';

const PLAIN =
  'GET /api/t/u/AbCdEfGhIjKlMnOpQrStUvWx.gif?a=1 HTTP/1.1\r\nHost: a\r\nUser-Agent: Thunderbird/128\r\n\r\n';
const withLine = (line: string): string => PLAIN.replace('\r\n\r\n', `\r\n${line}\r\n\r\n`);

test('a plain request tells its address, agent, proxies and purpose', () => {
  const lines = [
    'X-FORWARDED-FOR:\t198.51.100.7 ',
    'x-forwarded-for: 10.0.0.1',
    'Sec-Purpose: prefetch',
    'Accept: */*',
  ];
  expect(parsePlainRequest(withLine(lines.join('\r\n')))).toMatchObject({
    url: '/api/t/u/AbCdEfGhIjKlMnOpQrStUvWx.gif?a=1',
    userAgent: 'Thunderbird/128',
    forwardedFor: '198.51.100.7, 10.0.0.1',
    hints: { 'sec-purpose': expect.stringContaining('prefetch') },
    isLast: false,
  });
  expect(parsePlainRequest(withLine('Connection: Close'))?.isLast).toBe(true);
  expect(parsePlainRequest(withLine('Connection: Keep-Alive'))?.isLast).toBe(false);
  expect(parsePlainRequest(withLine('User-Agent: second'))?.userAgent).toBe('Thunderbird/128');
});

test.each([
  ['the last byte is missing', PLAIN.slice(0, -1)],
  ['a second request behind it', PLAIN + PLAIN],
  ['one byte behind it', `${PLAIN}G`],
  ['another method', PLAIN.replace('GET', 'POST')],
  ['HTTP/1.0', PLAIN.replace('HTTP/1.1', 'HTTP/1.0')],
  ['another address', PLAIN.replace('/api/t/', '/api/x/')],
  ['a blank in the address', PLAIN.replace('?a', ' a')],
  ['no Host', PLAIN.replace('Host', 'Hosts')],
  ['a body by length', withLine('Content-Length: 5')],
  ['a body by length 0', withLine('content-length: 0')],
  ['a body in chunks', withLine('Transfer-Encoding: chunked')],
  ['a blank before the colon', withLine('Content-Length : 5')],
  ['a line without a colon', withLine('Content-Length')],
  ['an empty name', withLine(': 5')],
  ['a folded line', withLine(' Content-Length: 5')],
  ['a bare line feed', withLine('X: 1\nContent-Length: 5')],
  ['a bare carriage return', withLine('X: 1\rContent-Length: 5')],
  ['a zero byte', withLine('X: \0')],
  ['an upgrade', withLine('Connection: upgrade\r\nUpgrade: websocket')],
  ['an expectation', withLine('Expect: 100-continue')],
  ['a list in Connection', withLine('Connection: keep-alive, te')],
  ['65 headers', withLine(Array.from({ length: 65 }, () => 'X: 1').join('\r\n'))],
  ['9,000 bytes', withLine(`X: ${'a'.repeat(9_000)}`)],
])('is left to node:http: %s', (_, text) => {
  expect(parsePlainRequest(text)).toBeNull();
});

test('what it reads of 400 damaged requests is what node:http reads of the same bytes', async () => {
  let seen: IncomingMessage | null = null;
  const server = createServer((request, response) => {
    seen = request;
    response.writeHead(200, { Connection: 'close' }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const base = withLine(
    'X-Forwarded-For: 198.51.100.7\r\nAccept: image/*;q=0.8\r\nPurpose: preview\r\nConnection: close',
  );
  const pieces = [
    '\r',
    '\n',
    '\r\n',
    ' ',
    ':',
    '\t',
    '\0',
    '\x01',
    'Content-Length: 3\r\n',
    'x',
    '\u00e9',
    ',',
    'Host: b\r\n',
  ];
  let read = 0;
  for (let round = 0; round < 400; round += 1) {
    const at = (round * 7_919) % base.length;
    const text = base.slice(0, at) + (pieces[round % pieces.length] ?? '') + base.slice(at + (round % 3));
    const plain = parsePlainRequest(text);
    if (plain === null) continue;
    read += 1;
    seen = null;
    const socket = connect(port, '127.0.0.1');
    socket.end(text, 'latin1').resume();
    await once(socket, 'close');
    const request = seen as IncomingMessage | null;
    expect({ text, url: request?.url }).toEqual({ text, url: plain.url });
    expect(request?.headers['user-agent'] ?? '').toBe(plain.userAgent);
    expect(request?.headers['x-forwarded-for']).toBe(plain.forwardedFor);
    expect(request?.headers['content-length']).toBeUndefined();
  }
  server.close();
  expect(read).toBeGreaterThan(50);
});

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchProvider } from './fetch-provider.ts';

let server: Server;
let port: number;
let asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/away') response.writeHead(302, { location: '/fine' }).end();
    else if (request.url === '/large') response.end(JSON.stringify('x'.repeat(600 * 1024)));
    else if (request.url === '/text') response.end('<html>');
    else response.end('{"is":"fine"}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  port = (server.address() as AddressInfo).port;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

const fetchFrom = (url: string, isLoopbackAllowed = true) => fetchProvider({ url, isLoopbackAllowed });

test('the JSON of a 200 answer comes back', async () => {
  expect(await fetchFrom(`http://127.0.0.1:${port}/fine`)).toEqual({ is: 'fine' });
});

test('a redirect is not followed', async () => {
  asked = [];
  await expect(fetchFrom(`http://127.0.0.1:${port}/away`)).rejects.toThrow(/answered 302/);
  expect(asked).toEqual(['/away']);
});

test.each([
  ['/large', /larger than 524288 bytes/],
  ['/text', /other than JSON/],
])('the answer of %s is refused', async (path, expected) => {
  await expect(fetchFrom(`http://127.0.0.1:${port}${path}`)).rejects.toThrow(expected);
});

test('a name that leads inside is refused at the connection, and nothing is asked', async () => {
  asked = [];
  await expect(fetchFrom(`https://localhost:${port}/fine`, false)).rejects.toThrow(/inside of a network/);
  expect(asked).toEqual([]);
});

test.each([
  'https://10.1.2.3',
  'https://192.168.0.1',
  'https://169.254.169.254',
  'https://100.64.0.1',
  'https://0.0.0.0',
  'https://[::1]',
  'https://[fd00::1]',
  'https://[fe80::1]',
  'https://[::ffff:127.0.0.1]',
  'https://2130706433',
  'https://0x7f.1',
])('%s is an address inside', async (url) => {
  await expect(fetchFrom(url, false)).rejects.toThrow(/inside of a network/);
});

test.each([
  'http://login.example.com',
  'ftp://login.example.com',
  'https://user:password@login.example.com',
  'rubbish',
  '',
])('%j is no address of a provider', async (url) => {
  await expect(fetchFrom(url)).rejects.toMatchObject({ code: 'sso_provider' });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HttpApp } from './context.ts';
import { serveStaticWeb } from './static-web.ts';

let app: FastifyInstance;
let webDir: string;

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'mailtracker-web-'));
  for (const name of ['index', 'landing.en', 'landing.de', 'why.en', 'why.de'])
    await writeFile(join(webDir, `${name}.html`), `<title>${name}</title>`);
  app = Fastify();
  await serveStaticWeb(app as unknown as HttpApp, webDir, async () => []);
});

afterAll(async () => {
  await app.close();
  await rm(webDir, { recursive: true, force: true });
});

async function titleOf(url: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await app.inject({ url, headers });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/html/);
  return /<title>(.*)<\/title>/.exec(answer.body)?.[1] ?? '';
}

test('a stranger sees the landing page, in the language the browser asks for or the address names', async () => {
  expect(await titleOf('/')).toBe('landing.en');
  expect(await titleOf('/', { 'accept-language': 'de-CH,de;q=0.9,en;q=0.8' })).toBe('landing.de');
  expect(await titleOf('/', { 'accept-language': 'fr,en;q=0.5' })).toBe('landing.en');
  expect(await titleOf('/', { 'accept-language': 'fr' })).toBe('landing.en');
  expect(await titleOf('/?lang=en', { 'accept-language': 'de' })).toBe('landing.en');
  expect(await titleOf('/?lang=../../etc/passwd')).toBe('landing.en');
});

test('who has a session cookie sees the screens at /, with either name of the cookie', async () => {
  expect(await titleOf('/', { cookie: 'a=b; mailtracker.session_token=x' })).toBe('index');
  expect(await titleOf('/', { cookie: '__Host-mailtracker.session_token=x' })).toBe('index');
  expect(await titleOf('/', { cookie: 'evil-mailtracker.session_token=x' })).toBe('landing.en');
});

test('why there is an image is told to anybody, signed in or not', async () => {
  expect(await titleOf('/why')).toBe('why.en');
  expect(await titleOf('/why', { cookie: 'mailtracker.session_token=x', 'accept-language': 'de' })).toBe('why.de');
});

test('every other address is still the screens', async () => {
  expect(await titleOf('/engagement')).toBe('index');
  expect(await titleOf('/sign-in')).toBe('index');
});

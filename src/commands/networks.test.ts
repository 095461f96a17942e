import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConfigError } from '../config.ts';
import { UsageError } from './command.ts';
import { runNetworks } from './networks.ts';

let folder: string;
let server: Server;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'networks-'));
  const prefixes = Array.from({ length: 64 }, (_, n) => ({ ipv4Prefix: `66.249.${84 + (n >> 3)}.${(n & 7) * 32}/27` }));
  server = createServer((_, response) => {
    response.end(JSON.stringify({ creationTime: new Date().toISOString(), prefixes }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('DATA_DIR', folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

async function run(...words: string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return { code: await runNetworks(words, output), text };
}

const OTHERS_OFF = 'apple-relay=off,google=off,google-cloud=off,microsoft-365=off,amazon=off';

test('update says what became of each list, and show how old it is from then on', async () => {
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('NETWORKS_URLS', `google-fetchers=http://127.0.0.1:${port}/list.json,${OTHERS_OFF}`);
  expect((await run('show')).text).not.toMatch(/google_proxy .* 0 days old/);
  const updated = await run('update');
  expect(updated.code).toBe(0);
  expect(updated.text).toMatch(/^google-fetchers +updated +\d+ ranges$/m);
  expect((await run('show')).text).toMatch(/^google_proxy +\d+ ranges +0 days old +google-fetchers$/m);
  expect(JSON.parse((await run('show', '--json')).text).lists.length).toBeGreaterThan(5);
});

test('a refused list is told with its reason, and the exit code is 1', async () => {
  vi.stubEnv('NETWORKS_URLS', `google-fetchers=http://127.0.0.1:1/list.json,${OTHERS_OFF}`);
  const { code, text } = await run('update', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(text)).toContainEqual(
    expect.objectContaining({ source: 'google-fetchers', state: 'refused', error: expect.stringMatching(/\w/) }),
  );
});

test('wrong words and wrong settings are named before anything is asked', async () => {
  await expect(run('upgrade')).rejects.toThrow(UsageError);
  await expect(run()).rejects.toThrow(UsageError);
  vi.stubEnv('NETWORKS_URLS', 'apple=off');
  await expect(run('update')).rejects.toThrow(/"apple"/);
  for (const wrong of ['apple-relay', 'apple-relay=ftp://x/y', 'apple-relay=', '=off']) {
    vi.stubEnv('NETWORKS_URLS', wrong);
    await expect(run('update'), wrong).rejects.toThrow(ConfigError);
  }
});

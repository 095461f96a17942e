import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Log } from '../kit/log.ts';
import { silentLog } from '../kit/log.ts';
import { createMetrics } from '../kit/metrics.ts';
import { keepNetworksFresh } from './keep-networks-fresh.ts';
import { NETWORK_SOURCES } from './network-sources.ts';
import { registerNetworksMetrics } from './networks-metrics.ts';
import { type Networks, openNetworks } from './open-networks.ts';
import { type SourceOutcome, updateNetworks } from './update-networks.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const DAY_MS = 86_400_000;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let folder: string;
let server: Server;
let answers: Map<string, Answer>;
let asked: string[];
let now: number;
const clock = { now: () => now };

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'networks-')), 'networks');
  now = NOW;
  asked = [];
  answers = new Map(Object.entries(toPublishers()).map(([name, text]) => [name, toAnswer(text)]));
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers.get((request.url ?? '').slice(1).split('?')[0] ?? '');
    if (answer) answer(request, response);
    else response.writeHead(404).end('not found');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(join(folder, '..'), { recursive: true });
});

describe('an update', () => {
  test('downloads every list, and a running look-up takes all of them over at once', async () => {
    const networks = await open();
    expect(networks.toNetworkClass('172.224.1.9')).toBe('eyeball');
    expect(networks.ageDays('apple_relay')).toBeNull();

    const outcomes = await update();
    expect(outcomes.map(({ source, state }) => [source, state])).toEqual(
      NETWORK_SOURCES.map(({ name }) => [name, 'updated']),
    );
    expect(networks.toNetworkClass('172.224.1.9')).toBe('eyeball');
    expect(await networks.reload()).toBe(true);
    expect(await networks.reload()).toBe(false);

    expect(networks.toNetworkClass('172.224.1.9')).toBe('apple_relay');
    expect(networks.toNetworkClass('2a02:26f7:5::1')).toBe('apple_relay');
    expect(networks.toNetworkClass('66.249.85.33')).toBe('google_proxy');
    expect(networks.toNetworkClass('40.92.0.1')).toBe('mail_gateway');
    expect(networks.toNetworkClass('198.18.4.1')).toBe('cloud');
    expect(networks.toNetworkClass('127.0.0.1')).toBe('private');
  });

  test('is what a look-up opened later begins with', async () => {
    await update();
    const networks = await open();
    expect(networks.toNetworkClass('172.224.1.9')).toBe('apple_relay');
    expect(networks.ageDays('apple_relay')).toBe(0);
  });

  test('tells the age of a list by its publisher’s own date, else by the download', async () => {
    const networks = await open();
    expect(networks.ageDays('google_proxy')).toBe(73);
    await update();
    await networks.reload();
    now = NOW + 5 * DAY_MS;
    expect(networks.ageDays('apple_relay')).toBe(5);
    expect(networks.ageDays('google_proxy')).toBe(15);
    expect(networks.ageDays('private')).toBeNull();
    expect(networks.ageDays(null)).toBe(15);
  });

  test('replaces what shipped: a block that Google gave up is no longer its pool', async () => {
    const networks = await open();
    expect(networks.toNetworkClass('172.253.181.9')).toBe('google_proxy');
    await update();
    await networks.reload();
    expect(networks.toNetworkClass('172.253.181.9')).not.toBe('google_proxy');
  });

  test('gives Microsoft’s service the request id that it demands, another each time', async () => {
    await update();
    await update();
    const ids = asked.flatMap((url) => /microsoft-365\?clientrequestid=([0-9a-f-]{36})$/.exec(url)?.[1] ?? []);
    expect(new Set(ids).size).toBe(2);
  });

  test('leaves no file beside the list', async () => {
    await update();
    await update();
    expect(await readdir(folder)).toEqual(['networks.json']);
  });
});

describe('a running process', () => {
  test('takes over an update by itself', async () => {
    const networks = await open();
    const keeper = keepNetworksFresh(networks, { log: silentLog, everyMs: 5 });
    try {
      await update();
      await vi.waitFor(() => expect(networks.toNetworkClass('172.224.1.9')).toBe('apple_relay'));
    } finally {
      keeper.stop();
    }
  });

  test('tells the age of each list in its metrics, also after an update', async () => {
    const metrics = createMetrics();
    const networks = await open();
    registerNetworksMetrics(metrics, networks);
    expect(await metrics.metrics()).toContain(
      `list_age_seconds{source="google-fetchers",network_class="google_proxy"} ${73 * 86_400}`,
    );
    expect(await metrics.metrics()).not.toContain('apple_relay');
    await update();
    await networks.reload();
    expect(await metrics.metrics()).toContain(
      `list_age_seconds{source="google-fetchers",network_class="google_proxy"} ${10 * 86_400}`,
    );
    expect(await metrics.metrics()).toContain('list_age_seconds{source="apple-relay",network_class="apple_relay"} 0');
  });
});

describe('a list that cannot be had keeps what was held', () => {
  const wrong: readonly (readonly [name: string, Answer, RegExp])[] = [
    ['an error', (_, response) => response.writeHead(503).end('busy'), /503/],
    ['an error page that says 200', toAnswer('<html>login</html>'), /line 1/],
    ['a list cut short', toAnswer(toEgress(40)), /40 ranges, expected 1000/],
    ['a list with one broken line', toAnswer(`${toEgress(2000)}999.1.1.1/32,XX,,,\n`), /line 2001/],
    ['nothing', toAnswer(''), /0 ranges/],
    [
      'a connection that breaks',
      (_, response) => {
        response.writeHead(200, { 'content-length': '1000000' });
        response.write(toEgress(1500), () => response.destroy());
      },
      /terminated|aborted|closed/,
    ],
    ['more than any list holds', (_, response) => pourForever(response), /larger than/],
  ];

  test.each(wrong)('%s', async (_, answer, reason) => {
    await update();
    now = NOW + 3 * DAY_MS;
    answers.set('apple-relay', answer);
    const outcomes = await update();
    expect(outcomes.find(({ source }) => source === 'apple-relay')).toMatchObject({
      state: 'refused',
      error: expect.stringMatching(reason),
    });
    expect(outcomes.filter(({ state }) => state === 'updated')).toHaveLength(NETWORK_SOURCES.length - 1);
    const networks = await open();
    expect(networks.toNetworkClass('172.224.1.9')).toBe('apple_relay');
    expect(networks.ageDays('apple_relay')).toBe(3);
  });

  test('a publisher who cannot be reached', async () => {
    const outcomes = await update({ 'apple-relay': 'http://127.0.0.1:1/list' });
    expect(outcomes.find(({ source }) => source === 'apple-relay')).toMatchObject({ state: 'refused', ranges: 0 });
  });

  test('when all are refused the stored file stays untouched', async () => {
    await update();
    const networks = await open();
    answers.clear();
    expect((await update()).every(({ state }) => state === 'refused')).toBe(true);
    expect(await networks.reload()).toBe(false);
    expect(networks.toNetworkClass('172.224.1.9')).toBe('apple_relay');
  });
});

describe('settings', () => {
  test('a list that is off is not asked for, and what was held of it goes', async () => {
    await update();
    asked = [];
    const outcomes = await update({ amazon: 'off' });
    expect(outcomes.find(({ source }) => source === 'amazon')).toMatchObject({ state: 'off', ranges: 0 });
    expect(asked.filter((url) => url.includes('amazon'))).toEqual([]);
    expect((await open()).toNetworkClass('198.18.4.1')).toBe('eyeball');
  });

  test('a list that nobody knows is an error that names the known ones', async () => {
    await expect(update({ 'apple-realy': 'off' })).rejects.toThrow(/apple-realy.*apple-relay/);
  });
});

describe('a stored file that is not one of ours', () => {
  test.each(['{', '{}', '{"format":2,"lists":[]}', '{"format":1,"lists":[{"source":"x"}]}'])(
    '%s changes nothing and is told',
    async (text) => {
      await update();
      const warned: string[] = [];
      const networks = await open({ ...silentLog, warn: (_, event) => warned.push(event) });
      await writeFile(join(folder, 'networks.json'), text);
      expect(await networks.reload()).toBe(false);
      expect(warned).toEqual(['networks.snapshot_refused']);
      expect(networks.toNetworkClass('172.224.1.9')).toBe('apple_relay');
    },
  );

  test('is replaced by the next update', async () => {
    await update();
    await writeFile(join(folder, 'networks.json'), 'broken');
    expect((await open()).toNetworkClass('172.224.1.9')).toBe('eyeball');
    await update();
    expect((await open()).toNetworkClass('172.224.1.9')).toBe('apple_relay');
  });
});

function open(log: Log = silentLog): Promise<Networks> {
  return openNetworks({ folder, clock, log });
}

function update(urls: Record<string, string> = {}): Promise<SourceOutcome[]> {
  const { port } = server.address() as AddressInfo;
  const own = Object.fromEntries(NETWORK_SOURCES.map(({ name }) => [name, `http://127.0.0.1:${port}/${name}`]));
  return updateNetworks({ folder, urls: { ...own, ...urls }, clock, log: silentLog });
}

function toAnswer(text: string): Answer {
  return (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(text);
}

/** 1 MB at a time for as long as the other side takes it. */
function pourForever(response: ServerResponse): void {
  const megabyte = Buffer.alloc(1024 * 1024, '172.224.0.0/31,GB,,,\n');
  const pour = () => {
    while (!response.destroyed && response.write(megabyte)) {}
  };
  response.on('drain', pour);
  pour();
}

/** Small lists in the shapes of their publishers, with addresses of our choice. */
function toPublishers(): Record<string, string> {
  const google = (prefixes: string[]) =>
    JSON.stringify({
      creationTime: '2026-11-10T09:00:00.000000',
      prefixes: prefixes.map((prefix) => ({ ipv4Prefix: prefix })),
    });
  return {
    'apple-relay': toEgress(1600),
    'google-fetchers': google(Array.from({ length: 64 }, (_, n) => `66.249.${84 + (n >> 3)}.${(n & 7) * 32}/27`)),
    google: google(Array.from({ length: 30 }, (_, n) => `74.125.${n * 2}.0/24`)),
    'google-cloud': google(Array.from({ length: 60 }, (_, n) => `34.80.${n}.0/24`)),
    'microsoft-365': JSON.stringify([
      { id: 9, urls: ['*.protection.outlook.com'], ips: ['40.92.0.0/15', '104.47.0.0/17'] },
      { id: 1, urls: ['outlook.office.com'], ips: Array.from({ length: 12 }, (_, n) => `52.96.${n}.0/24`) },
    ]),
    amazon: JSON.stringify({
      createDate: '2026-11-12-01-02-03',
      prefixes: Array.from({ length: 600 }, (_, n) => ({ ip_prefix: `198.18.${n % 256}.${n >> 8}/32` })),
      ipv6_prefixes: [],
    }).replace('198.18.4.0/32', '198.18.4.0/24'),
  };
}

function toEgress(lines: number): string {
  const blocks = Array.from({ length: lines }, (_, n) =>
    n % 2 === 0
      ? `172.224.${(n >> 7) % 256}.${(n * 2) % 256}/31,GB,GB-EN,London,`
      : `2a02:26f7:${n.toString(16)}::/64,DE,DE-BE,Berlin,`,
  );
  return `${blocks.join('\n')}\n`;
}

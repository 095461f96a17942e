import { createHash, createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { DAY_MS, type Hit, type SpoolRecord, type ThrottledHits } from '../domain/hit.ts';
import { silentLog } from '../kit/log.ts';
import { createMetrics, type Metrics } from '../kit/metrics.ts';
import { toNetworkClass } from '../networks/to-network-class.ts';
import { openDiskSpool } from '../spool/disk/disk-spool.ts';
import { createMemorySpool } from '../spool/memory/memory-spool.ts';
import type { Spool } from '../spool/spool.ts';
import { type Collector, type CollectorOptions, createCollector } from './create-collector.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const DAY = NOON / DAY_MS - 0.5;
const TOKEN = 'AbCdEfGhIjKlMnOpQrStUvWx';
const USER_PIXEL = `/api/t/u/${TOKEN}.gif`;
const CAMPAIGN_PIXEL = `/api/t/p/${TOKEN}.gif`;
const GOOGLE = '66.249.88.199';
const KEYS = new Map([DAY, DAY - 1].map((day) => [day, randomBytes(32)]));

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface TestCollector {
  readonly collector: Collector;
  readonly port: number;
  readonly spool: Spool;
  readonly metrics: Metrics;
  readonly clock: { at: number };
  /** The whole answer without its Date line. */
  send(request: string, headers?: Record<string, string>): Promise<string>;
  /** All records, once no request waits and throttled hits are flushed. */
  readRecords(): Promise<SpoolRecord[]>;
  readOutcomes(): Promise<Record<string, number>>;
}

async function startCollector(changes: Partial<CollectorOptions> & { spool?: Spool } = {}): Promise<TestCollector> {
  const clock = { at: NOON };
  const metrics = createMetrics();
  const spool = changes.spool ?? createMemorySpool();
  const collector = createCollector({
    clock: { now: () => clock.at },
    limits: { pixelPerMinute: 60, addressPerMinute: 100 },
    trustProxy: ['127.0.0.1'],
    metrics,
    visitorKeys: (day) => ({ day, today: KEYS.get(day) ?? null, yesterday: KEYS.get(day - 1) ?? null }),
    toNetworkClass,
    ...changes,
    spool,
  });
  const server = await listen(createServer((request, response) => collector.handle(request, response)));
  const { port } = server.address() as AddressInfo;
  return {
    collector,
    port,
    spool,
    metrics,
    clock,
    send: (request, headers = {}) => exchange(port, toRequest(request, { Connection: 'close', ...headers })),
    async readRecords() {
      await collector.close();
      await spool.close();
      return (await spool.read(1_000, 0)).flatMap((block) => block.records);
    },
    async readOutcomes() {
      const metric = await metrics.getSingleMetric('mailtracker_collect_hits_total')?.get();
      const values = metric?.values.filter(({ value }) => value > 0) ?? [];
      return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
    },
  };
}

async function listen(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return server;
}

function toRequest(line: string, headers: Record<string, string>): string {
  const lines = Object.entries({ Host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Sends bytes and reads until the server closes the connection. */
async function exchange(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1');
  let answer = '';
  socket.on('data', (text) => {
    answer += text;
  });
  socket.write(request, 'latin1');
  await once(socket, 'close');
  return answer.replace(/\r\nDate: [^\r]*/g, '');
}

function from(address: string, agent = 'Thunderbird/128'): Record<string, string> {
  return { 'X-Forwarded-For': address, 'User-Agent': agent };
}

function toHits(records: readonly SpoolRecord[]): Hit[] {
  return records.filter((record) => record.kind === 'hit');
}

function sumThrottled(records: readonly SpoolRecord[], limit: ThrottledHits['limit']): number {
  const throttled = records.filter((record) => record.kind === 'throttled').filter((record) => record.limit === limit);
  return throttled.reduce((sum, record) => sum + record.hits, 0);
}

describe('the answer', () => {
  test('is the 43-byte transparent GIF with its headers, and nothing else', async () => {
    const { send } = await startCollector();
    const answer = await send(`GET ${USER_PIXEL}`);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head.split('\r\n')).toEqual([
      'HTTP/1.1 200 OK',
      'Content-Type: image/gif',
      'Content-Length: 43',
      'Cache-Control: no-store, no-cache, must-revalidate, max-age=0, private',
      'Pragma: no-cache',
      'Expires: 0',
      'Cross-Origin-Resource-Policy: cross-origin',
      'X-Content-Type-Options: nosniff',
      'Referrer-Policy: no-referrer',
      'Connection: close',
    ]);
    const bytes = Buffer.from(body, 'latin1');
    expect(bytes).toHaveLength(43);
    expect(bytes.toString('latin1', 0, 6)).toBe('GIF89a');
    // One by one pixel; a graphic control extension whose transparency bit is set; the trailer.
    expect(bytes.readUInt32LE(6)).toBe(0x0001_0001);
    expect(bytes.subarray(19, 23)).toEqual(Buffer.from([0x21, 0xf9, 0x04, 0x01]));
    expect(bytes.at(-1)).toBe(0x3b);
  });

  test('is the same byte for byte for valid, malformed, odd and throttled tokens, with or without a query', async () => {
    const { send, readOutcomes } = await startCollector({ limits: { pixelPerMinute: 2, addressPerMinute: 1_000 } });
    const answers = new Set<string>();
    const paths = [USER_PIXEL, CAMPAIGN_PIXEL, `${USER_PIXEL}?x=1&y=/a.gif`, '/api/t/u/short.gif', '/api/t/u/.gif'];
    paths.push('/api/t/p/%2e%2e%2fsecret.gif', `/api/t/u/${'a'.repeat(2_000)}.gif`, `/api/t/u/${TOKEN}%00.gif`);
    for (const path of paths) answers.add(await send(`GET ${path}`));
    for (let sent = 0; sent < 5; sent += 1)
      answers.add(await send(`GET ${CAMPAIGN_PIXEL}`, { 'User-Agent': `${sent}` }));
    expect(answers.size).toBe(1);
    expect((await readOutcomes()).throttled_pixel).toBeGreaterThan(0);
  });

  test('a HEAD gets the same headers without a body and is never recorded', async () => {
    const { send, readRecords, readOutcomes } = await startCollector();
    const [head] = (await send(`GET ${USER_PIXEL}`)).split('\r\n\r\n');
    expect(await send(`HEAD ${USER_PIXEL}`)).toBe(`${head}\r\n\r\n`);
    expect(await send('HEAD /api/t/u/short.gif')).toBe(`${head}\r\n\r\n`);
    expect(await readOutcomes()).toEqual({ recorded: 1, head: 2 });
    expect(await readRecords()).toHaveLength(1);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])(
    '%s is 405 with Allow, ends the connection, and is not recorded',
    async (method) => {
      const { send, readRecords } = await startCollector();
      const answer = await send(`${method} ${USER_PIXEL}`, { Connection: 'keep-alive', 'Content-Length': '0' });
      expect(answer).toMatch(/^HTTP\/1\.1 405 /);
      expect(answer).toContain('\r\nAllow: GET, HEAD\r\n');
      expect(answer).toContain('\r\nConnection: close\r\n');
      expect(await readRecords()).toEqual([]);
    },
  );

  test.each([
    '/api/t/',
    '/api/t/u/',
    '/api/t/u',
    `/api/t/u/${TOKEN}`,
    `/api/t/u/${TOKEN}.png`,
    `/api/t/u/${TOKEN}.GIF`,
    `/api/t/u/${TOKEN}.gif/`,
    `/api/t/u/a/${TOKEN}.gif`,
    `/api/t/x/${TOKEN}.gif`,
    `/api/t/../t/u/${TOKEN}.gif`,
    `/api/t/u/${TOKEN}?.gif`,
    '/api/t/health/',
    '/api/t/healthy',
    '/api/t/HEALTH',
  ])('%s is 404', async (path) => {
    const { send, readRecords } = await startCollector();
    expect(await send(`GET ${path}`)).toMatch(/^HTTP\/1\.1 404 /);
    expect(await readRecords()).toEqual([]);
  });

  test('health is ok as JSON', async () => {
    const { send } = await startCollector();
    for (const path of ['/api/t/health', '/api/t/health?x']) {
      expect(await send(`GET ${path}`)).toMatch(
        /^HTTP\/1\.1 200 OK\r\nContent-Type: application\/json\r\n[\s\S]*\r\n\r\n\{"status":"ok"\}$/,
      );
    }
  });

  test('answers of one connection keep the order of its requests', async () => {
    const { port } = await startCollector();
    const paths = [USER_PIXEL, '/api/t/u/short.gif', '/api/t/health', CAMPAIGN_PIXEL, '/api/t/health', USER_PIXEL];
    const requests = paths.map((path, at) =>
      toRequest(`GET ${path}`, at === paths.length - 1 ? { Connection: 'close' } : {}),
    );
    const answer = await exchange(port, requests.join(''));
    const types = [...answer.matchAll(/Content-Type: (\S+)\r\n/g)].map(([, type]) => type);
    const [gif, json] = ['image/gif', 'application/json'];
    expect(types).toEqual([gif, gif, json, gif, json, gif]);
  });

  test('comes while the spool is at its cap, and the hit is counted as refused', async () => {
    const usual = await (await startCollector()).send(`GET ${USER_PIXEL}`);
    const { send, readOutcomes } = await startCollector({ spool: createMemorySpool({ bytesMax: 1 }) });
    await send(`GET ${USER_PIXEL}`);
    expect(await send(`GET ${USER_PIXEL}`)).toBe(usual);
    expect(await readOutcomes()).toEqual({ recorded: 1, spool_refused: 1 });
  });

  test('comes while the disk takes nothing, and the hit is counted as lost', async () => {
    const usual = await (await startCollector()).send(`GET ${USER_PIXEL}`);
    const folder = await makeFolder();
    const spool = await openSpool(folder);
    await rm(folder, { recursive: true });
    const { send, readOutcomes } = await startCollector({ spool });
    expect(await send(`GET ${USER_PIXEL}`)).toBe(usual);
    expect(await readOutcomes()).toEqual({ spool_lost: 1 });
    expect(spool.figures().lost).toBe(1);
  });

  test('while it closes, all that wait are answered and every answer ends its connection', async () => {
    const { collector, port, readRecords } = await startCollector();
    const answers = Array.from({ length: 20 }, () => exchange(port, toRequest(`GET ${USER_PIXEL}`, {})));
    const closed = collector.close();
    expect((await exchange(port, toRequest('GET /api/t/health', {}))).match(/Connection: close/g)).toHaveLength(1);
    for (const answer of await Promise.all(answers))
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*Connection: close/);
    await closed;
    expect(await readRecords()).toHaveLength(20);
  });
});

describe('what is recorded', () => {
  test('a hit carries time, kind, token hash, agent, network class and keyed hashes of its address', async () => {
    const { send, readRecords } = await startCollector();
    await send(`GET ${CAMPAIGN_PIXEL}`, from(GOOGLE, 'GoogleImageProxy'));
    const bytes = Buffer.from([66, 249, 88, 199]);
    const toHash = (day: number) =>
      createHmac('sha256', KEYS.get(day) ?? '')
        .update(bytes)
        .digest()
        .subarray(0, 16);
    expect(await readRecords()).toEqual([
      {
        kind: 'hit',
        hitAt: NOON,
        trackingType: 'campaign',
        tokenHash: createHash('sha256').update(TOKEN).digest(),
        address: { day: DAY, today: toHash(DAY), yesterday: toHash(DAY - 1), isLoopback: false },
        userAgent: 'GoogleImageProxy',
        networkClass: 'google_proxy',
        hints: { isPrefetch: false },
      },
    ]);
  });

  test('without a key a hit is recorded without a visitor', async () => {
    const { send, readRecords, clock } = await startCollector();
    clock.at = NOON + 5 * DAY_MS;
    await send(`GET ${USER_PIXEL}`);
    expect(toHits(await readRecords())).toMatchObject([
      { address: { today: null, yesterday: null, isLoopback: true } },
    ]);
  });

  test('a key that arrives later counts from then on', async () => {
    let key: Buffer | null = null;
    const { send, readRecords } = await startCollector({
      visitorKeys: (day) => ({ day, today: key, yesterday: null }),
    });
    await send(`GET ${USER_PIXEL}`);
    key = randomBytes(32);
    await send(`GET ${USER_PIXEL}`);
    expect(toHits(await readRecords()).map((hit) => hit.address.today === null)).toEqual([true, false]);
  });

  test('addresses of one IPv6 /64 and an IPv4 address in both spellings hash alike, others do not', async () => {
    const { send, readRecords } = await startCollector();
    const pairs = [
      '2001:db8:1:2::1',
      '2001:db8:1:2:ffff::9',
      '2001:db8:1:3::1',
      '203.0.113.9',
      '::ffff:203.0.113.9',
      '203.0.113.8',
    ];
    for (const address of pairs) await send(`GET ${USER_PIXEL}`, from(address));
    const [a, b, c, d, e, f] = toHits(await readRecords()).map((hit) =>
      Buffer.from(hit.address.today ?? []).toString('hex'),
    );
    expect([a === b, a === c, d === e, d === f]).toEqual([true, false, true, false]);
    expect(new Set([a, c, d, f]).size).toBe(4);
  });

  test.each(['Sec-Purpose: prefetch;prerender', 'Purpose: prefetch', 'X-Purpose: preview', 'X-Moz: prefetch'])(
    '%s is a hint of a prefetch',
    async (line) => {
      const { send, readRecords } = await startCollector();
      const [name = '', value = ''] = line.split(': ');
      await send(`GET ${USER_PIXEL}`, { [name]: value });
      expect(toHits(await readRecords())).toMatchObject([{ hints: { isPrefetch: true } }]);
    },
  );

  test('the user agent is cut at 512 characters and may be missing', async () => {
    const { send, readRecords } = await startCollector();
    await send(`GET ${USER_PIXEL}`, { 'User-Agent': 'é'.repeat(600) });
    await send(`GET ${USER_PIXEL}`);
    expect(toHits(await readRecords()).map((hit) => hit.userAgent)).toEqual(['é'.repeat(512), '']);
  });

  test('a malformed token is counted and recorded nowhere', async () => {
    const { send, readRecords, readOutcomes } = await startCollector();
    for (const token of ['short', `${TOKEN}x`, `${TOKEN.slice(1)}!`, '']) await send(`GET /api/t/u/${token}.gif`);
    expect(await readOutcomes()).toEqual({ malformed_token: 4 });
    expect(await readRecords()).toEqual([]);
  });

  test('no byte and no text of an address reaches the files of the spool', async () => {
    const folder = await makeFolder();
    const { send, spool, readOutcomes } = await startCollector({
      spool: await openSpool(folder),
      limits: { pixelPerMinute: 60, addressPerMinute: 5 },
    });
    const addresses = [
      { text: '203.0.113.197', bytes: [203, 0, 113, 197] },
      { text: '2001:db8:aaaa:bbbb:cccc:dddd:eeee:f00d', bytes: [0x20, 0x01, 0x0d, 0xb8, 0xaa, 0xaa, 0xbb, 0xbb] },
    ];
    for (const { text } of addresses)
      for (let sent = 0; sent < 20; sent += 1) await send(`GET ${USER_PIXEL}`, from(text, `${sent}`));
    expect(await readOutcomes()).toEqual({ recorded: 10, throttled_client_ip: 30 });
    await spool.close();
    const names = (await readdir(folder)).filter((name) => name.endsWith('.segment'));
    expect(names).toHaveLength(1);
    const written = await readFile(join(folder, names[0] ?? ''));
    expect(written.length).toBeGreaterThan(1_000);
    for (const { text, bytes } of addresses) {
      expect(written.includes(text)).toBe(false);
      expect(written.includes(Buffer.from(bytes))).toBe(false);
      expect(written.includes(Buffer.from(bytes).reverse())).toBe(false);
    }
  });
});

describe('limits', () => {
  test('a campaign pixel takes 60 hits a minute, a user pixel 600; the rest is counted as throttled', async () => {
    const { send, readRecords, readOutcomes } = await startCollector();
    for (let sent = 0; sent < 70; sent += 1) await send(`GET ${CAMPAIGN_PIXEL}`, from(`198.51.100.${sent}`));
    for (let sent = 0; sent < 620; sent += 1) await send(`GET ${USER_PIXEL}`, from(`203.0.${sent >> 8}.${sent & 255}`));
    expect(await readOutcomes()).toEqual({ recorded: 660, throttled_pixel: 30 });
    const records = await readRecords();
    expect(toHits(records).filter((hit) => hit.trackingType === 'campaign')).toHaveLength(60);
    expect(sumThrottled(records, 'pixel')).toBe(30);
    expect(records.filter((record) => record.kind === 'throttled')).toHaveLength(2);
  });

  test('one address takes 100 hits a minute, an IPv6 /64 counting as one', async () => {
    const { send, readRecords } = await startCollector();
    for (let sent = 0; sent < 110; sent += 1) {
      const token = String(sent).padStart(24, '0');
      await send(`GET /api/t/p/${token}.gif`, from('198.51.100.7'));
      await send(`GET /api/t/p/${token}.gif`, from(`2001:db8::${sent.toString(16)}`));
    }
    const records = await readRecords();
    expect(toHits(records)).toHaveLength(200);
    expect(sumThrottled(records, 'client_ip')).toBe(20);
  });

  test.each([GOOGLE, '17.58.97.1', '98.137.12.30', '66.111.4.60', '40.94.29.84'])(
    'a mail proxy (%s) has no limit by address',
    async (address) => {
      const { send, readOutcomes } = await startCollector({
        limits: { pixelPerMinute: 60, addressPerMinute: 3 },
        toNetworkClass: (text) => PROXIES[text] ?? 'eyeball',
      });
      for (let sent = 0; sent < 10; sent += 1)
        await send(`GET /api/t/p/${String(sent).padStart(24, '0')}.gif`, from(address));
      expect(await readOutcomes()).toEqual({ recorded: 10 });
    },
  );

  test('repeats of one pixel by one reader within 10 s cost nothing; another reader and a later load do', async () => {
    const { send, readOutcomes, clock } = await startCollector({
      limits: { pixelPerMinute: 2, addressPerMinute: 100 },
    });
    for (let sent = 0; sent < 15; sent += 1) await send(`GET ${CAMPAIGN_PIXEL}`, from('198.51.100.1'));
    expect(await readOutcomes()).toEqual({ recorded: 15 });
    await send(`GET ${CAMPAIGN_PIXEL}`, from('198.51.100.2'));
    await send(`GET ${CAMPAIGN_PIXEL}`, from('198.51.100.3'));
    expect(await readOutcomes()).toEqual({ recorded: 16, throttled_pixel: 1 });
    clock.at += 10_000;
    await send(`GET ${CAMPAIGN_PIXEL}`, from('198.51.100.1'));
    expect(await readOutcomes()).toEqual({ recorded: 16, throttled_pixel: 2 });
  });

  test("repeats by one mail proxy's network cost nothing whatever its address", async () => {
    const { send, readOutcomes } = await startCollector({ limits: { pixelPerMinute: 2, addressPerMinute: 100 } });
    for (let sent = 0; sent < 15; sent += 1) await send(`GET ${CAMPAIGN_PIXEL}`, from(`66.249.88.${sent}`));
    expect(await readOutcomes()).toEqual({ recorded: 15 });
  });

  test('a pixel fetched in a loop is bounded at ten times its limit', async () => {
    const { send, readOutcomes } = await startCollector({ limits: { pixelPerMinute: 3, addressPerMinute: 100 } });
    for (let sent = 0; sent < 50; sent += 1) await send(`GET ${CAMPAIGN_PIXEL}`, from(GOOGLE));
    expect(await readOutcomes()).toEqual({ recorded: 31, throttled_pixel: 19 });
  });

  test('an address that repeats many pixels in a loop is bounded at ten times its limit', async () => {
    const { send, readOutcomes } = await startCollector({ limits: { pixelPerMinute: 60, addressPerMinute: 2 } });
    for (let sent = 0; sent < 40; sent += 1)
      await send(`GET /api/t/p/${String(sent % 2).padStart(24, '0')}.gif`, from('198.51.100.1'));
    expect(await readOutcomes()).toEqual({ recorded: 22, throttled_client_ip: 18 });
  });

  test('a minute later a pixel takes hits again, and a burst over the edge of a minute does not count double', async () => {
    const { send, readOutcomes, clock } = await startCollector({
      limits: { pixelPerMinute: 10, addressPerMinute: 100 },
    });
    clock.at = NOON + 59_990;
    for (let sent = 0; sent < 12; sent += 1) await send(`GET ${CAMPAIGN_PIXEL}`, from(`198.51.100.${sent}`));
    clock.at = NOON + 60_010;
    for (let sent = 12; sent < 24; sent += 1) await send(`GET ${CAMPAIGN_PIXEL}`, from(`198.51.100.${sent}`));
    expect(await readOutcomes()).toEqual({ recorded: 10, throttled_pixel: 14 });
    clock.at = NOON + 180_000;
    for (let sent = 0; sent < 12; sent += 1) await send(`GET ${CAMPAIGN_PIXEL}`, from(`198.51.100.${sent}`));
    expect(await readOutcomes()).toEqual({ recorded: 20, throttled_pixel: 16 });
  });

  test('throttled hits reach the spool within a second or two, summed per pixel', async () => {
    const { send, spool } = await startCollector({ limits: { pixelPerMinute: 1, addressPerMinute: 100 } });
    for (let sent = 0; sent < 5; sent += 1) await send(`GET ${CAMPAIGN_PIXEL}`, from(`198.51.100.${sent}`));
    await spool.read(100, 0);
    const tokenHash = createHash('sha256').update(TOKEN).digest();
    const throttled = { kind: 'throttled', hitAt: NOON, trackingType: 'campaign', tokenHash, limit: 'pixel', hits: 4 };
    expect((await spool.read(1, 3_000)).flatMap((block) => block.records)).toEqual([throttled]);
  });
});

describe('the client address', () => {
  const readAddresses = async (trustProxy: readonly string[] | number, headers: string[]): Promise<string[]> => {
    const seen: string[] = [];
    const { send } = await startCollector({
      trustProxy,
      toNetworkClass: (address) => {
        seen.push(address);
        return 'eyeball';
      },
    });
    for (const header of headers) await send(`GET ${USER_PIXEL}`, header === '' ? {} : from(header));
    return seen;
  };

  test('is the socket’s while no proxy is trusted, whatever the header claims', async () => {
    expect(await readAddresses([], ['203.0.113.1'])).toEqual(['127.0.0.1']);
    expect(await readAddresses(0, ['203.0.113.1'])).toEqual(['127.0.0.1']);
    expect(await readAddresses(['10.0.0.0/8'], ['203.0.113.1, 10.0.0.1'])).toEqual(['127.0.0.1']);
  });

  test('is the first one from the right that is no trusted proxy: what stands left of it is hearsay', async () => {
    const trusted = ['127.0.0.0/8', '10.0.0.0/8', '2001:db8:f::/48'];
    const cases: [string, string][] = [
      ['203.0.113.1', '203.0.113.1'],
      ['1.1.1.1, 203.0.113.2', '203.0.113.2'],
      ['1.1.1.1,203.0.113.3 ,10.1.2.3', '203.0.113.3'],
      ['203.0.113.4, 2001:db8:f::1, ::ffff:10.0.0.9', '203.0.113.4'],
      ['10.0.0.7', '10.0.0.7'],
      ['203.0.113.5:4711', '203.0.113.5'],
      ['[2001:db8::5]:443', '2001:db8::5'],
      ['203.0.113.6, unknown, 10.0.0.8', '10.0.0.8'],
      ['not an address', '127.0.0.1'],
      [',,,', '127.0.0.1'],
    ];
    for (const [header, address] of cases) expect(await readAddresses(trusted, [header]), header).toEqual([address]);
  });

  test('is so many hops away as a number says, or the farthest that is told', async () => {
    expect(await readAddresses(1, ['1.1.1.1, 203.0.113.1'])).toEqual(['203.0.113.1']);
    expect(await readAddresses(2, ['1.1.1.1, 203.0.113.1, 198.51.100.1'])).toEqual(['203.0.113.1']);
    expect(await readAddresses(3, ['203.0.113.1'])).toEqual(['203.0.113.1']);
    expect(await readAddresses(1, [''])).toEqual(['127.0.0.1']);
  });
});

test('metrics tell outcomes, answer times and the state of the spool', async () => {
  const { send, metrics } = await startCollector();
  await send(`GET ${USER_PIXEL}`);
  const text = await metrics.metrics();
  expect(text).toContain('mailtracker_collect_hits_total{outcome="recorded"} 1\n');
  expect(text).toContain('mailtracker_collect_answer_duration_seconds_count 1\n');
  expect(text).toMatch(/mailtracker_spool_blocks 1\n/);
  expect(text).toMatch(/mailtracker_spool_bytes \d{2,}\n/);
  expect(await metrics.metrics()).toContain('mailtracker_collect_hits_total{outcome="recorded"} 1\n');
});

const PROXIES: Record<string, ReturnType<typeof toNetworkClass>> = {
  [GOOGLE]: 'google_proxy',
  '17.58.97.1': 'apple_relay',
  '98.137.12.30': 'yahoo',
  '66.111.4.60': 'mail_provider',
  '40.94.29.84': 'microsoft',
};

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-collect-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function openSpool(folder: string): Promise<Spool> {
  const spool = await openDiskSpool({
    folder,
    sync: 'durable',
    bytesMax: 2 ** 30,
    log: silentLog,
    clock: { now: () => NOON },
  });
  closers.push(() => spool.close().catch(() => undefined));
  return spool;
}

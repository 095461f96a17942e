import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  CAMPAIGN_PIXEL,
  DAY,
  exchange,
  from,
  GOOGLE,
  KEYS,
  makeSpoolFolder,
  NOON,
  openTestSpool,
  startCollector,
  TOKEN,
  toHits,
  toRequest,
  USER_PIXEL,
} from '../../tests/support/test-collector.ts';
import { DAY_MS } from '../domain/hit.ts';
import { createMemorySpool } from '../spool/memory/memory-spool.ts';

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
    const folder = await makeSpoolFolder();
    const spool = await openTestSpool(folder);
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
        country: null,
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
    const folder = await makeSpoolFolder();
    const { send, spool, readOutcomes } = await startCollector({
      spool: await openTestSpool(folder),
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

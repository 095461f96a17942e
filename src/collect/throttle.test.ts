import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  CAMPAIGN_PIXEL,
  from,
  GOOGLE,
  NOON,
  startCollector,
  sumThrottled,
  TOKEN,
  toHits,
  USER_PIXEL,
} from '../../tests/support/test-collector.ts';
import type { NetworkClass } from '../domain/network-class.ts';

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

const PROXIES: Record<string, NetworkClass> = {
  [GOOGLE]: 'google_proxy',
  '17.58.97.1': 'apple_relay',
  '98.137.12.30': 'yahoo',
  '66.111.4.60': 'mail_provider',
  '40.94.29.84': 'microsoft',
};

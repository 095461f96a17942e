import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Signature } from '../../src/contract/signature.ts';
import type { TrackingSettings } from '../../src/domain/settings.ts';
import { signUp } from '../support/api-client.ts';
import { readEmbeddedUrl } from '../support/embedded-url.ts';
import { type RunningServer, removeFolder, startServer, waitFor } from '../support/running-server.ts';

const SETTINGS = '/api/admin/tracking/settings';
/** In a German carrier's block for many years, by the registry's statistics. */
const GERMAN = '91.0.0.1';
const EFFECT_MS = 2_000;

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ env: { TRUST_PROXY: '127.0.0.1' } });
});

afterAll(async () => {
  await server.stop();
  await removeFolder(server.dataDir);
});

test('a reader has no country until the organization asks for it, and two letters of one afterwards', async () => {
  const owner = await signUp(server);
  const { pixelUrl } = (await owner.get<Signature>('/api/signatures/me')).body;
  const path = new URL(pixelUrl ?? '').pathname;
  const database = new pg.Client({ connectionString: await readEmbeddedUrl(server.dataDir) });
  await database.connect();
  const readCountries = async () =>
    (await database.query('select country from signature_tracking_events order by hit_at, id')).rows.map(
      (row) => row.country,
    );
  const open = async (version: number, events: number) => {
    const userAgent = `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Thunderbird/${version}.0`;
    await fetch(server.url + path, { headers: { 'user-agent': userAgent, 'x-forwarded-for': GERMAN } });
    return waitFor(
      async () => ((await readCountries()).length === events ? readCountries() : null),
      `${events} events`,
    );
  };
  expect(await open(115, 1)).toEqual([null]);

  const settings = (await owner.get<TrackingSettings>(SETTINGS)).body;
  expect((await owner.put(SETTINGS, { ...settings, collect_region: true })).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, EFFECT_MS));
  expect(await open(128, 2)).toEqual([null, 'DE']);
  await database.end();
});

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { readEvents, readRollupDrift } from '../../tests/support/tracking.ts';
import { DAY_MS, type Hit } from '../domain/hit.ts';
import type { NetworkClass } from '../domain/network-class.ts';
import { DEFAULT_TRACKING_SETTINGS, type TrackingSettings } from '../domain/settings.ts';
import type { VisitorKeySnapshot } from '../domain/visitor-keys.ts';
import { sha256 } from '../kit/crypto.ts';
import { hashAddress } from '../networks/hash-address.ts';
import { parseAddress } from '../networks/parse-address.ts';
import { createBatchContext } from '../process/batch-context.ts';
import { processBatch } from '../process/process-batch.ts';
import { purge } from '../retention/purge.ts';
import { enrolOwnDevice } from '../visitors/own-devices.ts';

const visitorKeys = (day: number): VisitorKeySnapshot => ({
  day,
  today: sha256(`key of ${day}`),
  yesterday: sha256(`key of ${day - 1}`),
});
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0';
const HOME = '203.0.113.9';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;

beforeAll(async () => {
  databases = await createTestDatabase();
});
beforeEach(async () => {
  await sql`delete from signature_tracking_events`.execute(databases.system);
  await sql`delete from own_devices`.execute(databases.system);
  await http?.app.close();
  http = await startHttp(databases, { visitorKeys, trustProxy: ['127.0.0.1'] });
  owner = await signUpOwner(http);
});
afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

/** A signed-in request from an address, as a reverse proxy hands it on. */
const visit = (address: string, userAgent = CHROME, path = '/api/signatures/me') =>
  http.send('GET', path, {
    headers: { cookie: owner.cookie, 'x-forwarded-for': address, 'user-agent': userAgent },
  });

const countDevices = async (): Promise<number> => {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from own_devices`.execute(databases.system);
  return rows[0]?.n ?? 0;
};
const enrolled = (count: number) => vi.waitFor(async () => expect(await countDevices()).toBeGreaterThanOrEqual(count));

interface Fetch {
  readonly address?: string;
  readonly userAgent?: string;
  readonly network?: NetworkClass;
  /** Days from now. */
  readonly inDays?: number;
}

/** The pixel in the owner's signature, fetched as the collector would have seen it. */
async function openMail({ address = HOME, userAgent = CHROME, network = 'eyeball', inDays = 0 }: Fetch = {}) {
  const { pixelUrl } = (await owner.get('/api/signatures/me')).body;
  const token = /u\/([\w-]{24})\.gif$/.exec(pixelUrl)?.[1] ?? '';
  const at = Date.now() + inDays * DAY_MS;
  const words = new Uint32Array(4);
  const hit: Hit = {
    ...makeHit({ tokenHash: sha256(token) }, { at }),
    userAgent,
    networkClass: network,
    address: hashAddress(parseAddress(address, words), words, visitorKeys(Math.floor(at / DAY_MS))),
  };
  await processBatch(createBatchContext({ databases, clock: { now: () => at } }), [makeBlock([hit])]);
  const { rows } = await sql<Record<string, unknown>>`
    select e.verdict, e.is_counted, j.reason, j.confidence from signature_tracking_events e
    join judgements j on j.id = e.judgement_id order by e.id desc limit 1`.execute(databases.system);
  return rows[0];
}

const COUNTED = { verdict: 'human', is_counted: true, reason: 'browser' };

test("a member's own open is stored as their own and not counted", async () => {
  await visit(HOME);
  await enrolled(1);
  expect(await openMail()).toEqual({
    verdict: 'self',
    is_counted: false,
    reason: 'own_device',
    confidence: 'probable',
  });
  expect(await readRollupDrift(databases)).toEqual([]);
});

test('asking who is signed in enrols as well, once however often', async () => {
  for (let n = 0; n < 5; n += 1) await visit(HOME, CHROME, '/api/session');
  await enrolled(1);
  expect(await openMail()).toMatchObject({ verdict: 'self' });
  expect(await countDevices()).toBe(1);
});

test('somebody behind the same address with another program counts, at low confidence', async () => {
  await visit(HOME);
  await enrolled(1);
  expect(await openMail({ userAgent: FIREFOX })).toEqual({ ...COUNTED, reason: 'own_network', confidence: 'low' });
});

test('somebody elsewhere with the same program counts as ever', async () => {
  await visit(HOME);
  await enrolled(1);
  expect(await openMail({ address: '203.0.113.10' })).toMatchObject(COUNTED);
});

test.each<NetworkClass>(['cloud', 'relay', 'apple_relay', 'microsoft', 'google_proxy', 'private'])(
  'behind a %s address nobody is taken for a member',
  async (network) => {
    await visit(HOME);
    await enrolled(1);
    expect((await openMail({ network }))?.verdict).not.toBe('self');
  },
);

test('a device is known under the key of the day before, and forgotten with the key', async () => {
  await visit(HOME);
  await enrolled(1);
  expect(await openMail({ inDays: 1 })).toMatchObject({ verdict: 'self' });
  expect(await openMail({ inDays: 2 })).toMatchObject(COUNTED);
  expect(await purge(databases, Date.now() + DAY_MS)).toMatchObject({ ownDevices: 0 });
  expect(await purge(databases, Date.now() + 2 * DAY_MS)).toMatchObject({ ownDevices: 1 });
});

test('loopback never enrols, and neither does a device beyond the eighth of a session and hour', async () => {
  await visit('127.0.0.2');
  await visit('::1');
  for (let n = 0; n < 12; n += 1) await visit(`198.51.100.${n}`);
  await enrolled(6);
  expect(await countDevices()).toBe(6);
});

test.each<Partial<TrackingSettings>>([{ exclude_own_opens: false }, { mode: 'aggregate' }, { mode: 'off' }])(
  'with %o no device is stored',
  async (change) => {
    const words = new Uint32Array(4);
    const address = hashAddress(parseAddress(HOME, words), words, visitorKeys(Math.floor(Date.now() / DAY_MS)));
    const device = { ...owner, address, userAgent: CHROME };
    await owner.send('PUT', '/api/admin/tracking/settings', { ...DEFAULT_TRACKING_SETTINGS, ...change });
    await enrolOwnDevice(databases, device);
    expect(await countDevices()).toBe(0);
    await owner.send('PUT', '/api/admin/tracking/settings', DEFAULT_TRACKING_SETTINGS);
    await enrolOwnDevice(databases, device);
    expect(await countDevices()).toBe(1);
  },
);

test('switched off after the device was enrolled, own opens count at once', async () => {
  await visit(HOME);
  await enrolled(1);
  await owner.send('PUT', '/api/admin/tracking/settings', { ...DEFAULT_TRACKING_SETTINGS, exclude_own_opens: false });
  expect(await openMail()).toMatchObject(COUNTED);
});

test('what is stored of a device is no address, no agent and nobody, and no other organization sees it', async () => {
  await visit(HOME);
  await enrolled(1);
  const { rows } = await sql<{ text: string }>`select own::text as text from own_devices own`.execute(databases.system);
  for (const secret of [HOME, 'Chrome', owner.memberId]) expect(rows[0]?.text).not.toContain(secret);
  await signUpOwner(http).then((stranger) => {
    owner = stranger;
  });
  expect(await openMail()).toMatchObject(COUNTED);
  expect(await readEvents(databases)).toHaveLength(1);
});

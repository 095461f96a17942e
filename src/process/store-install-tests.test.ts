import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { type HitOptions, makeBlock, makeHit } from '../../tests/support/hits.ts';
import { NOW, prepareProcessing } from '../../tests/support/processing.ts';
import { type SeededOrganization, TEST_TOKEN_KEY } from '../../tests/support/seed.ts';
import { readDrops, readEvents } from '../../tests/support/tracking.ts';
import { withTenant } from '../db/with-tenant.ts';
import { parsePixelToken } from '../domain/pixel-token.ts';
import { sha256 } from '../kit/crypto.ts';
import { purgeInstallTests } from '../signatures/purge-install-tests.ts';
import { readInstallTest } from '../signatures/read-install-test.ts';
import { INSTALL_TEST_MS, type InstallTest, startInstallTest } from '../signatures/start-install-test.ts';
import { enrolOwnDevice } from '../visitors/own-devices.ts';
import { processBatch } from './process-batch.ts';
import { INSTALL_TEST_HITS_MAX } from './store-install-tests.ts';

const processing = prepareProcessing();
const STARTED = NOW - 60_000;
let acme: SeededOrganization;

beforeEach(async () => {
  await sql`delete from own_devices`.execute(processing.database.system);
  acme = await processing.seed();
});

async function start(of = acme, now = STARTED): Promise<InstallTest & { tokenHash: Buffer }> {
  const { organizationId, members } = of;
  const question = { organizationId, memberId: members[0].memberId, tokenKey: TEST_TOKEN_KEY, now };
  const started = await withTenant(processing.database, organizationId, (trx) =>
    startInstallTest(trx, { ...question, pixelUrl: 'https://mail.example' }),
  );
  if (started === null || typeof started === 'string') throw new Error(`not started: ${started}`);
  return { ...started, tokenHash: sha256(/\/u\/(.+)\.gif$/.exec(started.pixelUrl)?.[1] ?? '') };
}

const hitsOf = (tested: { tokenHash: Buffer }, ...hits: HitOptions[]) =>
  makeBlock(hits.map((hit) => makeHit(tested, hit)));

async function shown({ id }: InstallTest, now = NOW) {
  const { organizationId, members } = acme;
  const question = { organizationId, memberId: members[0].memberId, testId: id, sentAt: null, now };
  const result = await withTenant(processing.database, organizationId, (trx) => readInstallTest(trx, question));
  return result?.hits.map(({ verdict, reason }) => `${verdict} ${reason}`) ?? null;
}

/** Rows of everything that a figure is made from. */
async function countFigures(): Promise<number> {
  const { rows } = await sql<{ n: number }>`select (select count(*) from signature_tracking_events)
    + (select count(*) from tracking_rollup_slots) + (select count(*) from tracking_rollup_days)
    + (select count(*) from visitor_seen) + (select count(*) from tracking_drop_slots)
    + (select count(*) from unattributed_drops) as n`.execute(processing.database.system);
  return Number(rows[0]?.n);
}

test('hits of a running test are shown with the verdict they would have had, machines too, and enter no figure', async () => {
  const tested = await start();
  const outcome = await processing.process(
    hitsOf(
      tested,
      { at: NOW - 4, by: 'thunderbird' },
      { at: NOW - 3, by: 'gmail' },
      { at: NOW - 2, by: 'scanner' },
      { at: NOW - 1, by: 'applePrefetch' },
      { at: NOW, by: 'thunderbird' },
    ),
  );
  expect(outcome).toMatchObject({ hits: 5, tested: 5, events: 0, folded: 0, dropped: {} });
  expect(await shown(tested)).toEqual([
    'human mail_client',
    'prefetch apple_prefetch',
    'scanner scanner_agent',
    'proxy_open gmail_open',
    'human mail_client',
  ]);
  expect(await countFigures()).toBe(0);
});

test("the real pixel counts on while a test runs, and each batch's hits find their own way", async () => {
  const tested = await start();
  const real = acme.members[0].pixel;
  const records = [makeHit(real, { at: NOW }), makeHit(tested, { at: NOW }), makeHit(real, { at: NOW + 60_000 })];
  const outcome = await processing.process(makeBlock(records));
  expect(outcome).toMatchObject({ hits: 3, tested: 1, events: 2 });
  expect((await readEvents(processing.database)).map((event) => event.is_counted)).toEqual([true, true]);
  expect(await shown(tested)).toHaveLength(1);
});

test('a hit before the test began, after its end, or as a campaign pixel is an unknown token', async () => {
  const tested = await start();
  const end = STARTED + INSTALL_TEST_MS;
  await processing.process(
    hitsOf(
      tested,
      { at: STARTED - 1 },
      { at: end },
      { at: NOW, trackingType: 'campaign' },
      { at: STARTED },
      { at: end - 1 },
    ),
  );
  expect(await shown(tested)).toHaveLength(2);
  expect(await readDrops(processing.database)).toEqual({ unknown_token: 3 });
});

test('a block handed over twice shows its hits once', async () => {
  const tested = await start();
  const block = hitsOf(tested, { at: NOW });
  await processing.process(block);
  expect(await processing.process(block)).toMatchObject({ hits: 0, tested: 0, replayedBlocks: 1 });
  expect(await shown(tested)).toHaveLength(1);
});

test("an open on the tester's own signed-in device is shown as their own", async () => {
  const tested = await start();
  const hit = makeHit(tested, { at: NOW, by: 'thunderbird' });
  const { organizationId, members } = acme;
  const { address, userAgent } = hit;
  await enrolOwnDevice(processing.database, { organizationId, memberId: members[0].memberId, address, userAgent });
  await processing.process(makeBlock([hit]));
  expect(await shown(tested)).toEqual(['self own_device']);
  expect(await countFigures()).toBe(0);
});

test('tests of two organizations in one batch keep apart', async () => {
  const globex = await processing.seed();
  const [ours, theirs] = [await start(), await start(globex)];
  await processing.process(
    makeBlock([makeHit(ours, { at: NOW }), makeHit(theirs, { at: NOW }), makeHit(theirs, { at: NOW + 1 })]),
  );
  expect(await shown(ours)).toHaveLength(1);
  expect(await shown(theirs)).toBeNull();
});

test(`a test keeps its first ${INSTALL_TEST_HITS_MAX} hits and no more`, async () => {
  const tested = await start();
  const storm = (from: number) => hitsOf(tested, ...Array.from({ length: 150 }, (_, i) => ({ at: NOW + from + i })));
  await processing.process(storm(0), storm(1000));
  await processing.process(storm(2000));
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from signature_install_test_hits`.execute(
    processing.database.system,
  );
  expect(rows[0]?.n).toBe(INSTALL_TEST_HITS_MAX);
  expect(await countFigures()).toBe(0);
});

test('where tracking was switched off meanwhile nothing is recorded; it is counted as such', async () => {
  const tested = await start();
  await sql`update organization_settings set tracking_settings = tracking_settings || '{"mode": "off"}'
    where organization_id = ${acme.organizationId}`.execute(processing.database.system);
  expect(await processing.process(hitsOf(tested, { at: NOW }))).toMatchObject({
    hits: 1,
    tested: 0,
    dropped: { tracking_off: 1 },
  });
  expect(await shown(tested)).toEqual([]);
});

test('a probe stores nothing, and a test that is removed takes its hits along a day after its end', async () => {
  const tested = await start();
  const block = hitsOf(tested, { at: NOW });
  expect(await processBatch(processing.context, [block], { isProbe: true })).toMatchObject({ tested: 1 });
  expect(await shown(tested)).toEqual([]);
  await processing.process(block);
  const end = tested.expiresAt.getTime();
  expect(await purgeInstallTests(processing.database, end + 86_400_000)).toBe(0);
  expect(await shown(tested)).toHaveLength(1);
  expect(await purgeInstallTests(processing.database, end + 86_400_001)).toBe(1);
  expect(await shown(tested)).toBeNull();
  await processing.process(hitsOf(tested, { at: NOW }));
  expect(await readDrops(processing.database)).toEqual({ unknown_token: 1 });
});

test('the token of a test looks like any other', async () => {
  const { pixelUrl } = await start();
  expect(parsePixelToken(/\/u\/(.+)\.gif$/.exec(pixelUrl)?.[1] ?? '')).not.toBeNull();
});

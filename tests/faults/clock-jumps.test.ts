import { afterEach, expect, test } from 'vitest';
import { signUp } from '../support/api-client.ts';
import { makeFakeTime } from '../support/fake-time.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { checkLoad } from '../support/numbered-pixels.ts';
import { startPixelLoad } from '../support/pixel-load.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { makeTempFolder, type RunningServer, removeFolder, waitFor } from '../support/running-server.ts';

// The clock of a machine that jumps by days and hours, both ways, under a whole node. Long only: it waits for real retries.
// src/visitors/day-keys.test.ts and src/db/database-clock.test.ts hold the parts of it in every run.

const IS_LONG = process.env.FAULTS === 'long';
const PER_SECOND = 100;
const DAY = 86_400;
const METRICS_TOKEN = 'a token of the fault tests';
/** Second try of a webhook, 5 s after the first, with its jitter of a fifth and a second of grace for a busy machine. */
const RETRY_MS = { least: 4_000, most: 7_000 };

let installation: Installation;
let receiver: Receiver;
let folder: string;

afterEach(async () => {
  await installation?.close();
  await receiver?.close();
  if (folder) await removeFolder(folder);
});

test.runIf(IS_LONG)(
  'a clock that jumps by days and hours loses no hit, tries no webhook early or late, and keeps each day its key',
  async () => {
    receiver = await startReceiver();
    receiver.answer((response) => void response.writeHead(500).end());
    folder = await makeTempFolder();
    const time = await makeFakeTime(folder);
    installation = await startInstallation({ pixels: PER_SECOND * 120, env: { METRICS_TOKEN } });
    const server = await installation.start(['collect', 'process', 'web', 'deliver'], { env: time.env });
    const pixelPath = await subscribe(server);
    const keysBefore = await readKeys();

    await openMail(server, pixelPath);
    await waitFor(async () => receiver.received.length === 1, 'the first try');
    const load = startPixelLoad({ urls: () => [server.url], perSecond: PER_SECOND });
    for (const seconds of [3 * DAY, 0, -3 * DAY, 0, -7_200, 0]) {
      time.jump(seconds);
      const until = load.answered.size + PER_SECOND * 3;
      await waitFor(async () => load.answered.size >= until, 'three seconds of hits', 60_000);
    }
    await load.stop();
    await openMail(server, pixelPath);
    const report = await checkLoad('clock +3 d, -3 d, -2 h and back', installation.database.ownerUrl, load);
    expect(report).toMatchObject({ lost: [], doubled: [], failed: 0 });
    expect((await readKeys()).slice(0, keysBefore.length)).toEqual(keysBefore);
    await expectOneReader();
    expectRetries();
    await expectNoNegativeTime(server);
  },
  300_000,
);

/** The path of the owner's pixel, whose opens go to the receiver. */
async function subscribe(server: RunningServer): Promise<string> {
  const owner = await signUp(server);
  const body = { type: 'webhook', name: 'Receiver', url: receiver.url, events: ['event_created'] };
  expect((await owner.post('/api/destinations', body)).status).toBe(201);
  const { pixelUrl } = (await owner.get<{ pixelUrl: string }>('/api/signatures/me')).body;
  return new URL(pixelUrl).pathname;
}

async function openMail(server: RunningServer, path: string): Promise<void> {
  const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0' };
  expect((await fetch(server.url + path, { headers })).status).toBe(200);
}

/** Today's and tomorrow's, sealed as they stand. */
async function readKeys(): Promise<readonly { day: string; key: string }[]> {
  const today = new Date().toISOString().slice(0, 10);
  const rows = await installation.database.system
    .selectFrom('visitor_keys')
    .select(['day', 'key_sealed'])
    .where('day', '>=', today)
    .orderBy('day')
    .execute();
  return rows.map(({ day, key_sealed }) => ({ day, key: key_sealed.toString('hex') }));
}

/** Who read before the jumps and after them is one reader: the day kept its key. */
async function expectOneReader(): Promise<void> {
  const read = () =>
    installation.database.system
      .selectFrom('signature_tracking_events as event')
      .innerJoin('signature_user_tracking as pixel', 'pixel.id', 'event.user_tracking_id')
      .select(['event.is_unique'])
      .where('pixel.is_active', '=', true)
      .execute();
  await waitFor(async () => (await read()).length === 2, 'both opens');
  expect((await read()).filter(({ is_unique }) => is_unique)).toHaveLength(1);
}

/** Of the first message two tries by now, and the third one is minutes away, whatever the clock said in between. */
function expectRetries(): void {
  const [first] = receiver.received;
  const tries = receiver.received.filter(({ id }) => id === first?.id).map(({ at }) => at);
  const gaps = tries.slice(1).map((at, place) => at - (tries[place] ?? 0));
  process.stderr.write(`clock jumps: tries of one webhook after ${JSON.stringify(gaps)} ms\n`);
  expect(gaps).toHaveLength(1);
  expect(gaps[0]).toBeGreaterThan(RETRY_MS.least);
  expect(gaps[0]).toBeLessThan(RETRY_MS.most);
}

async function expectNoNegativeTime(server: RunningServer): Promise<void> {
  const answer = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  const negative = (await answer.text()).split('\n').filter((line) => /^mailtracker_.* -/.test(line));
  expect(negative).toEqual([]);
  const attempts = await installation.database.system.selectFrom('delivery_attempts').select('duration_ms').execute();
  expect(attempts.filter(({ duration_ms }) => duration_ms < 0)).toEqual([]);
}

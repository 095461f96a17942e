import { afterEach, expect, test } from 'vitest';
import { signUp } from '../support/api-client.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { checkLoad, makeNumberedPixels } from '../support/numbered-pixels.ts';
import { type PixelLoad, startPixelLoad } from '../support/pixel-load.ts';
import { printFault } from '../support/print-fault.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { type RunningServer, waitFor } from '../support/running-server.ts';

// Many processes of one installation: two collectors, two processors, one for the screens, one that delivers. Each is
// stopped in order and started anew, one after the other, under load, and three logs are compared like sets: what the
// client saw, what the database holds, what the webhook's receiver got.

const IS_LONG = process.env.FAULTS === 'long';
const PER_SECOND = IS_LONG ? 300 : 100;
const ROUNDS = IS_LONG ? 2 : 1;
const ROLES = ['collect', 'collect', 'process', 'process', 'deliver', 'web'];

let installation: Installation;
let receiver: Receiver;

afterEach(async () => {
  await installation?.close();
  await receiver?.close();
});

test('a rolling restart of all six processes fails no pixel, loses none and doubles none, up to the webhook', async () => {
  receiver = await startReceiver();
  installation = await startInstallation({ pixels: 0 });
  const servers: RunningServer[] = [];
  for (const role of ROLES) servers.push(await installation.start([role]));
  await subscribe(servers.at(-1) as RunningServer);

  const load = startPixelLoad({
    urls: () => servers.slice(0, 2).map(({ url }) => url),
    perSecond: PER_SECOND,
    retriesResets: true,
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [place, role] of ROLES.entries()) {
      const before = servers[place] as RunningServer;
      expect(await before.stop()).toBe(0);
      servers[place] = await installation.start([role], { before });
    }
  }
  await load.stop();
  const report = await checkLoad(
    `rolling restart of ${ROLES.length}, ${ROUNDS} times`,
    installation.database.ownerUrl,
    load,
  );
  expect(report).toMatchObject({ lost: [], doubled: [], failed: 0 });
  expect(report.answered).toBe(load.sent);
  await compareReceived(load);
}, 900_000);

/** The owner of the numbered pixels has a webhook for every open. */
async function subscribe(web: RunningServer): Promise<void> {
  const owner = await signUp(web);
  const { userId } = (await owner.get<{ userId: string }>('/api/session')).body;
  await makeNumberedPixels(installation.database, PER_SECOND * 240 * ROUNDS, userId);
  const body = { type: 'webhook', name: 'Receiver', url: receiver.url, events: ['event_created'] };
  expect((await owner.post('/api/destinations', body)).status).toBe(201);
}

/** A message may come twice under one id, never an open under two. */
async function compareReceived(load: PixelLoad): Promise<void> {
  const endedAt = performance.now();
  const events = () => new Map(receiver.received.map(({ id, body }) => [id, String(body.data.id)]));
  await waitFor(async () => new Set(events().values()).size >= load.answered.size, 'every webhook', 300_000);
  const rows = await installation.database.system.selectFrom('signature_tracking_events').select('id').execute();
  const stored = new Set(rows.map(({ id }) => String(id)));
  const ids = [...events().values()];
  const received = new Set(ids);
  const figures = {
    answered: receiver.received.length,
    stored: received.size,
    lost: [...stored].filter((id) => !received.has(id)).length,
    doubled: ids.length - received.size,
    lateMs: performance.now() - endedAt,
  };
  printFault('the webhooks of it', figures, `repeated under one id ${receiver.received.length - ids.length}`);
  expect(figures).toMatchObject({ lost: 0, doubled: 0 });
}

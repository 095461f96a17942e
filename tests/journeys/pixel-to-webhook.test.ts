import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeliveryDetail } from '../../src/contract/delivery.ts';
import type { Signature } from '../../src/contract/signature.ts';
import { type ApiClient, signUp } from '../support/api-client.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { type RunningServer, removeFolder, startServer, waitFor } from '../support/running-server.ts';

let server: RunningServer;
let receiver: Receiver;
let owner: ApiClient;

beforeAll(async () => {
  receiver = await startReceiver();
  server = await startServer({ env: { TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'debug' } });
  owner = await signUp(server);
});
afterAll(async () => {
  await server.stop();
  await removeFolder(server.dataDir);
  await receiver.close();
});

const P95_MS_MAX = 2_000;
const OPENS = 20;
/** Of no documentation and no proxy: a reader's own network. */
const READER = '91.0.0.';
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0-sentinel';
const SENDABLE = ['at', 'confidence', 'device', 'id', 'unique', 'userId', 'verdict'];

test('from the GIF to a signed webhook takes two seconds at most, and nothing of the reader goes along', async () => {
  const body = { type: 'webhook', name: 'Receiver', url: receiver.url, events: ['event_created', 'signal_raised'] };
  const made = await owner.post<{ id: string; secret: string }>('/api/destinations', body);
  expect(made.status).toBe(201);
  const { pixelUrl } = (await owner.get<Signature>('/api/signatures/me')).body;
  const path = new URL(pixelUrl ?? '').pathname;
  const waited: number[] = [];
  for (let open = 1; open <= OPENS; open += 1) {
    const headers = { 'user-agent': AGENT, 'x-forwarded-for': READER + open };
    const answer = await fetch(server.url + path, { headers });
    await answer.arrayBuffer();
    const answeredAt = Date.now();
    const opens = () => receiver.received.filter((one) => one.body.type === 'event_created');
    await waitFor(async () => opens().length === open, `webhook ${open}`);
    waited.push((opens().at(-1)?.at ?? 0) - answeredAt);
  }
  waited.sort((a, b) => a - b);
  expect(waited[Math.floor(OPENS * 0.95) - 1]).toBeLessThanOrEqual(P95_MS_MAX);

  for (const one of receiver.received) {
    expect(receiver.verify(one, made.body.secret)).toEqual(one.body);
    if (one.body.type === 'event_created') expect(Object.keys(one.body.data).sort()).toEqual(SENDABLE);
    const said = JSON.stringify([one.text, one.headers]);
    expect(said).not.toContain(READER);
    expect(said).not.toContain('sentinel');
    expect(said).not.toMatch(/[0-9a-f]{32}/);
  }
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(receiver.received.length);

  const list = await owner.get<{ data: DeliveryDetail[] }>(`/api/destinations/${made.body.id}/deliveries?limit=1`);
  const [last] = list.body.data;
  const detail = await waitFor(async () => {
    const { body } = await owner.get<DeliveryDetail>(`/api/deliveries/${last?.id}`);
    return body.state === 'delivered' && body;
  }, 'the delivery in the log');
  expect(detail.attempts).toMatchObject([{ outcome: 'delivered', status: 200, answer: 'ok' }]);
  expect(server.output()).not.toContain(made.body.secret);
});

test('three opens of a deal within five minutes arrive as a hot signal, with its sentence', async () => {
  const { userId } = (await owner.get<{ userId: string }>('/api/session')).body;
  const deal = { name: 'Acme Corp Proposal', audience: { userIds: [userId] }, deal: {} };
  const campaign = (await owner.post<{ id: string }>('/api/campaigns', deal)).body;
  expect((await owner.post(`/api/campaigns/${campaign.id}/launch`, {})).status).toBe(200);
  const pixels = await owner.get<{ data: { url: string }[] }>(`/api/campaigns/${campaign.id}/pixels`);
  const path = new URL(pixels.body.data[0]?.url ?? '').pathname;
  for (let reader = 101; reader <= 103; reader += 1)
    await fetch(server.url + path, { headers: { 'user-agent': AGENT, 'x-forwarded-for': READER + reader } });
  const signal = await waitFor(
    async () => receiver.received.find(({ body }) => body.type === 'signal_raised' && body.data.rule === 'hot') ?? null,
    'the hot signal',
  );
  expect(signal.body.data).toMatchObject({
    level: 'hot',
    title: 'Acme Corp Proposal',
    campaignId: campaign.id,
    userId,
    sentence: expect.stringContaining('Opened 3 times in 5 minutes'),
  });
});

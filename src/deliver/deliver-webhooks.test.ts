import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  addDestination,
  createHandClock,
  deliverOnce,
  oweOpen,
  prepareDelivery,
  readState,
} from '../../tests/support/delivering.ts';
import { type Receiver, startReceiver } from '../../tests/support/receiver.ts';
import { type SeededOrganization, seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { withTenant } from '../db/with-tenant.ts';
import { rotateSecret, setDestinationState } from './change-destination.ts';
import type { DeliveryContext } from './delivery-context.ts';
import { fanOut } from './fan-out.ts';
import { purgeDeliveries } from './purge-deliveries.ts';
import { readDestinations } from './read-destinations.ts';
import { replayDeliveries, replayDelivery } from './replay-deliveries.ts';
import { RETRY_SCHEDULE_MS } from './retry-schedule.ts';

let databases: TestDatabase;
let context: DeliveryContext;
let receiver: Receiver;
let organization: SeededOrganization;
const START = Date.now();
const clock = createHandClock(START);
const HOUR_MS = 3_600_000;

beforeAll(async () => {
  databases = await createTestDatabase();
  context = prepareDelivery(databases, clock, { timeoutMs: 1_000 });
});
beforeEach(async () => {
  clock.set(START);
  receiver = await startReceiver();
  organization = await seedOrganization(databases);
});
afterEach(async () => {
  await receiver.close();
  await sql`delete from organizations`.execute(databases.system);
});
afterAll(async () => {
  await context.close();
  await databases.drop();
});

const actor = () => ({ id: organization.members[0].memberId, name: 'Olive Owner' });

test('an open arrives once, signed so that the official library accepts it, and tells no more than it must', async () => {
  const { secret } = await addDestination(context, organization, { url: receiver.url });
  const id = await oweOpen(databases, organization, { at: START });
  await deliverOnce(context);
  await deliverOnce(context);
  expect(receiver.received).toHaveLength(1);
  const [one] = receiver.received;
  expect(receiver.verify(one!, secret)).toEqual(one?.body);
  expect(one?.body).toEqual({
    type: 'event_created',
    timestamp: new Date(START).toISOString(),
    data: {
      id,
      at: new Date(START).toISOString(),
      userId: organization.members[0].memberId,
      verdict: 'human',
      confidence: 'certain',
      device: 'mobile',
      unique: true,
    },
  });
  expect(() => receiver.verify({ ...one!, text: one!.text.replace('human', 'proxy') }, secret)).toThrow('signature');
});

test('a receiver that fails nine times and then works gets ten tries of one id, on schedule, within a fifth', async () => {
  await addDestination(context, organization, { url: receiver.url });
  await oweOpen(databases, organization);
  receiver.answer((response) => void response.writeHead(receiver.received.length < 10 ? 500 : 200).end('no'));
  const waits: number[] = [];
  for (const [index, planned] of RETRY_SCHEDULE_MS.entries()) {
    if (index > 0) {
      const [delivery] = await readState(databases, organization.organizationId);
      const waited = delivery!.next_try_at.getTime() - clock.now();
      waits.push(waited / planned);
      clock.add(waited - 1);
      expect(await deliverOnce(context)).toEqual([]);
      clock.add(1);
    }
    expect(await deliverOnce(context, { chance: index / 9 })).toHaveLength(1);
  }
  expect(receiver.received).toHaveLength(10);
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0.8);
  expect(Math.max(...waits)).toBeLessThanOrEqual(1.2);
  expect(new Set(waits).size).toBeGreaterThan(5);
  expect(await readState(databases, organization.organizationId)).toMatchObject([{ state: 'delivered', tries: 10 }]);
  clock.add(100 * HOUR_MS);
  expect(await deliverOnce(context)).toEqual([]);
});

test('the schedule has ten tries over 75 hours and 35 minutes, and the tenth failure is the last', async () => {
  expect(RETRY_SCHEDULE_MS.reduce((sum, ms) => sum + ms, 0)).toBe(75 * HOUR_MS + 35 * 60_000 + 5_000);
  await addDestination(context, organization, { url: receiver.url });
  await oweOpen(databases, organization);
  receiver.answer((response) => void response.writeHead(503).end());
  for (let tries = 0; tries < 12; tries += 1) {
    await deliverOnce(context);
    clock.add(25 * HOUR_MS);
  }
  expect(receiver.received.length).toBeLessThanOrEqual(10);
  const [delivery] = await readState(databases, organization.organizationId);
  expect(delivery?.state).toBe('given_up');
});

test('410 disables the destination at once, gives up what waits, and an admin finds it in the audit log', async () => {
  const { id } = await addDestination(context, organization, { url: receiver.url });
  await oweOpen(databases, organization);
  await deliverOnce(context);
  receiver.answer((response) => void response.writeHead(410).end('gone'));
  await oweOpen(databases, organization);
  await deliverOnce(context);
  await oweOpen(databases, organization);
  await deliverOnce(context);
  expect(receiver.received).toHaveLength(2);
  const [seen] = await withTenant(databases, organization.organizationId, (trx) =>
    readDestinations(trx, { organizationId: organization.organizationId, destinationId: id }),
  );
  expect(seen).toMatchObject({ state: 'disabled', disabledReason: 'gone', health: 'disabled', waiting: 0 });
  const lines = await databases.system.selectFrom('audit_log').select(['action', 'after']).execute();
  expect(lines.at(-1)).toEqual({ action: 'destination.disabled', after: { reason: 'gone' } });
});

test('429 with Retry-After holds the whole destination as long as it asked, and an hour at most', async () => {
  await addDestination(context, organization, { url: receiver.url });
  receiver.answer((response) => void response.writeHead(429, { 'retry-after': '120' }).end());
  await oweOpen(databases, organization);
  await deliverOnce(context);
  await oweOpen(databases, organization);
  clock.add(119_000);
  expect(await deliverOnce(context)).toEqual([]);
  receiver.answer((response) => void response.writeHead(429, { 'retry-after': '999999' }).end());
  clock.add(1_000);
  expect((await deliverOnce(context)).length).toBe(2);
  clock.add(HOUR_MS - 1);
  expect(await deliverOnce(context)).toEqual([]);
  receiver.answer((response) => void response.end());
  clock.add(1);
  expect((await deliverOnce(context)).length).toBe(2);
});

test('failing for five days disables with a notice; resumed and replayed, what was missed arrives', async () => {
  const { id } = await addDestination(context, organization, { url: receiver.url });
  receiver.answer((response) => void response.writeHead(500).end());
  for (let hours = 0; hours <= 120; hours += 6) {
    await oweOpen(databases, organization);
    await deliverOnce(context);
    clock.add(6 * HOUR_MS);
  }
  const key = { organizationId: organization.organizationId, destinationId: id, actor: actor() };
  const read = () => withTenant(databases, organization.organizationId, (trx) => readDestinations(trx, key));
  expect(await read()).toMatchObject([{ state: 'disabled', disabledReason: 'failing' }]);
  receiver.answer((response) => void response.end());
  const states = await readState(databases, organization.organizationId);
  const missed = states.filter(({ state }) => state === 'given_up');
  expect(missed.length).toBe(states.length);
  const now = new Date(clock.now());
  const range = { ...key, now, from: new Date(START), to: now, states: ['given_up' as const] };
  await expect(
    withTenant(databases, organization.organizationId, (trx) => replayDeliveries(trx, range)),
  ).rejects.toThrow('Resume it first');
  await withTenant(databases, organization.organizationId, (trx) =>
    setDestinationState(trx, key, { state: 'active', now }),
  );
  const arrived = receiver.received.length;
  expect(await withTenant(databases, organization.organizationId, (trx) => replayDeliveries(trx, range))).toEqual({
    replayed: missed.length,
    isComplete: true,
  });
  await deliverOnce(context);
  expect(
    receiver.received
      .slice(arrived)
      .map((one) => one.id)
      .sort(),
  ).toEqual(missed.map((one) => one.id).sort());
  expect(await read()).toMatchObject([{ state: 'active', health: 'good' }]);
});

test('a success in between starts the five days anew', async () => {
  const { id } = await addDestination(context, organization, { url: receiver.url });
  for (let hours = 0; hours <= 130; hours += 10) {
    receiver.answer((response) => void response.writeHead(hours === 70 ? 200 : 500).end());
    await oweOpen(databases, organization);
    await deliverOnce(context);
    clock.add(10 * HOUR_MS);
  }
  const question = { organizationId: organization.organizationId, destinationId: id };
  const seen = await withTenant(databases, organization.organizationId, (trx) => readDestinations(trx, question));
  expect(seen).toMatchObject([{ state: 'active', health: 'failing' }]);
});

test('a redirect is a failure and is never followed', async () => {
  const other = await startReceiver();
  await addDestination(context, organization, { url: receiver.url });
  receiver.answer((response) => void response.writeHead(307, { location: other.url }).end());
  await oweOpen(databases, organization);
  await deliverOnce(context);
  expect(other.received).toEqual([]);
  expect(await readState(databases, organization.organizationId)).toMatchObject([
    { state: 'waiting', reason: 'redirect' },
  ]);
  await other.close();
});

test('for 24 hours after a rotation both secrets verify, then the new one only', async () => {
  const { id, secret } = await addDestination(context, organization, { url: receiver.url });
  const key = { organizationId: organization.organizationId, destinationId: id, actor: actor() };
  const rotated = await withTenant(databases, organization.organizationId, (trx) =>
    rotateSecret(trx, key, { secretKey: context.secretKey, now: new Date(clock.now()) }),
  );
  await oweOpen(databases, organization);
  await deliverOnce(context);
  const [during] = receiver.received;
  expect(receiver.verify(during!, secret)).toBeTruthy();
  expect(receiver.verify(during!, rotated!.secret)).toBeTruthy();
  clock.add(24 * HOUR_MS);
  await oweOpen(databases, organization);
  await deliverOnce(context);
  const after = receiver.received[1]!;
  expect(after.headers['webhook-signature']).not.toContain(' ');
});

test('a paused destination gets nothing and everything it was owed once it is resumed', async () => {
  const { id } = await addDestination(context, organization, { url: receiver.url });
  const key = { organizationId: organization.organizationId, destinationId: id, actor: actor() };
  const set = (state: 'active' | 'paused') =>
    withTenant(databases, organization.organizationId, (trx) =>
      setDestinationState(trx, key, { state, now: new Date(clock.now()) }),
    );
  await set('paused');
  await oweOpen(databases, organization);
  expect(await deliverOnce(context)).toEqual([]);
  await set('active');
  expect(await deliverOnce(context)).toHaveLength(1);
});

test('only what a destination asked for is owed to it: by event, level, campaign, and quiet hours for chats', async () => {
  const campaignIds = [organization.campaign.campaignId];
  const all = await addDestination(context, organization, { url: receiver.url });
  const campaign = await addDestination(context, organization, { url: receiver.url, campaignIds });
  const hot = await addDestination(context, organization, {
    url: receiver.url,
    events: ['signal_raised'],
    minimumLevel: 'hot',
  });
  await oweOpen(databases, organization, { id: 'own' });
  await oweOpen(databases, organization, { id: 'camp', isCampaign: true });
  for (const level of ['warm', 'hot'] as const)
    await databases.system
      .insertInto('delivery_outbox')
      .values({
        organization_id: organization.organizationId,
        type: 'signal_raised',
        subject: level,
        level,
        at: new Date(),
      })
      .execute();
  await fanOut(databases, new Date(clock.now()));
  const { rows } = await sql<{ destination_id: string; subjects: string[] }>`
    select destination_id, array_agg(subject order by subject) as subjects from deliveries group by 1`.execute(
    databases.system,
  );
  expect(Object.fromEntries(rows.map((row) => [row.destination_id, row.subjects]))).toEqual({
    [all.id]: ['event:camp', 'event:own', 'hot', 'warm'],
    [campaign.id]: ['event:camp'],
    [hot.id]: ['hot'],
  });
});

test('what is withdrawn before it was sent is cancelled with its reason, whether owed already or not', async () => {
  await addDestination(context, organization, { url: receiver.url });
  const withdraw = (id: string) =>
    databases.system
      .insertInto('delivery_outbox')
      .values({
        organization_id: organization.organizationId,
        type: 'withdrawn',
        subject: `event:${id}`,
        level: null,
        at: new Date(),
      })
      .execute();
  await oweOpen(databases, organization, { id: 'early' });
  await fanOut(databases, new Date(clock.now()));
  await withdraw('early');
  await oweOpen(databases, organization, { id: 'late' });
  await withdraw('late');
  await deliverOnce(context);
  expect(receiver.received).toEqual([]);
  expect(await readState(databases, organization.organizationId)).toMatchObject([
    { state: 'cancelled', reason: 'withdrawn' },
  ]);
});

test('an answer is kept as its first 2 kB, without the secret, addresses or bytes that no text holds', async () => {
  const { secret } = await addDestination(context, organization, { url: `${receiver.url}/hook-path-secret` });
  receiver.answer((response) => void response.end(`\0 ${secret} jane@example.com 10.1.2.3 ${'ü'.repeat(100_000)}`));
  await oweOpen(databases, organization);
  await deliverOnce(context);
  const [attempt] = await databases.system.selectFrom('delivery_attempts').selectAll().execute();
  expect(attempt?.answer).toMatch(/^ {2}\[redacted\] \[email\] \[address\] ü+$/);
  expect(Buffer.byteLength(attempt?.answer ?? '')).toBeLessThanOrEqual(2_048);
});

test('deliveries of 30 days ago go with their attempts, and are not replayed', async () => {
  await addDestination(context, organization, { url: receiver.url });
  await oweOpen(databases, organization);
  await deliverOnce(context);
  const [delivery] = await readState(databases, organization.organizationId);
  clock.add(30 * 24 * HOUR_MS + 1);
  const replay = {
    organizationId: organization.organizationId,
    actor: actor(),
    now: new Date(clock.now()),
    deliveryId: delivery!.id,
  };
  await expect(
    withTenant(databases, organization.organizationId, (trx) => replayDelivery(trx, replay)),
  ).rejects.toThrow('30 days');
  expect(await purgeDeliveries(databases, new Date(clock.now()))).toEqual({ removed: 1, unsent: 0 });
  expect(await databases.system.selectFrom('delivery_attempts').selectAll().execute()).toEqual([]);
});

import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { addDestination, oweOpen, prepareDelivery, readState } from '../../tests/support/delivering.ts';
import { runDeliveryLoad } from '../../tests/support/delivery-load.ts';
import { type Receiver, startReceiver } from '../../tests/support/receiver.ts';
import { waitFor } from '../../tests/support/running-server.ts';
import { seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { systemClock } from '../kit/clock.ts';
import { createMetrics } from '../kit/metrics.ts';
import type { DeliveryContext } from './delivery-context.ts';
import { type Deliverer, startDelivery } from './start-delivery.ts';

let databases: TestDatabase;
let context: DeliveryContext;
let receiver: Receiver;
const started: Deliverer[] = [];

beforeAll(async () => {
  databases = await createTestDatabase();
});
beforeEach(async () => {
  context = prepareDelivery(databases, systemClock, { timeoutMs: 3_000 });
  receiver = await startReceiver();
});
afterEach(async () => {
  for (const deliverer of started.splice(0)) await deliverer.stop();
  await context.close();
  await receiver.close();
  await sql`delete from organizations`.execute(databases.system);
});
afterAll(() => databases.drop());

function start(metrics = createMetrics()): Deliverer {
  const deliverer = startDelivery({ context, metrics, sendLetter: null });
  started.push(deliverer);
  return deliverer;
}

test('a destination that hangs does not hold up the others, nor takes more than its share of connections', async () => {
  start();
  const report = await runDeliveryLoad(databases, { seconds: 2, perSecond: 300, organizations: 6 });
  expect(report.arrived).toBe(report.expected);
  expect(report.latenciesMs[Math.floor(report.arrived * 0.95)]).toBeLessThan(5_000);
  expect(report.hanging).toBeLessThanOrEqual(32);
  expect(report.hanging).toBeGreaterThan(0);
}, 30_000);

test('several deliverers on one database send everything once', async () => {
  const organization = await seedOrganization(databases);
  for (let count = 0; count < 4; count += 1)
    await addDestination(context, organization, { url: `${receiver.url}/${count}` });
  for (let count = 0; count < 3; count += 1) start();
  const ids: string[] = [];
  for (let count = 0; count < 50; count += 1) ids.push(await oweOpen(databases, organization));
  await waitFor(async () => {
    const states = await readState(databases, organization.organizationId);
    return states.length === 200 && states.every(({ state }) => state === 'delivered');
  }, '200 deliveries');
  const arrived = receiver.received.map(({ path, body }) => `${path} ${body.data.id}`);
  expect(arrived.sort()).toEqual([0, 1, 2, 3].flatMap((path) => ids.map((id) => `/${path} ${id}`)).sort());
});

test('stopping waits for the tries under way, and nothing is sent twice by the next one', async () => {
  const organization = await seedOrganization(databases);
  await addDestination(context, organization, { url: receiver.url });
  let answer = (): void => undefined;
  receiver.answer((response) => {
    answer = () => void response.end('ok');
  });
  const deliverer = start();
  await oweOpen(databases, organization);
  await waitFor(async () => receiver.received.length === 1, 'the request');
  const stopped = deliverer.stop();
  answer();
  await stopped;
  expect(await readState(databases, organization.organizationId)).toMatchObject([{ state: 'delivered', tries: 1 }]);
});

test('a database that refuses to record is asked again, and the try is not done twice meanwhile', async () => {
  const organization = await seedOrganization(databases);
  await addDestination(context, organization, { url: receiver.url });
  const metrics = createMetrics();
  receiver.answer(async (response) => {
    await sql`revoke insert on delivery_attempts from mailtracker_system`.execute(owner.db);
    response.end('ok');
  });
  const owner = await openOwner();
  start(metrics);
  await oweOpen(databases, organization);
  const failures = async () =>
    (await metrics.getSingleMetricAsString('mailtracker_deliver_failures_total')).match(/step="record"\} (\d+)/)?.[1];
  await waitFor(async () => (await failures()) !== undefined, 'a failure to record');
  await sql`grant insert on delivery_attempts to mailtracker_system`.execute(owner.db);
  await waitFor(
    async () => (await readState(databases, organization.organizationId))[0]?.state === 'delivered',
    'the delivery',
  );
  expect(receiver.received).toHaveLength(1);
  await owner.close();
});

/** The owner of the tables, who may take rights away. */
async function openOwner() {
  const { Kysely, PostgresDialect } = await import('kysely');
  const { Pool } = (await import('pg')).default;
  const db = new Kysely<never>({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: databases.ownerUrl }) }),
  });
  return { db, close: () => db.destroy() };
}

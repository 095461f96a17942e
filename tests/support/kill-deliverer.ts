import { sql } from 'kysely';
import type { Databases } from '../../src/db/open-databases.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { startDelivererProcess } from './deliverer-process.ts';
import { addDestination, oweOpen, prepareDelivery } from './delivering.ts';
import { startReceiver } from './receiver.ts';
import { waitFor } from './running-server.ts';
import { seedOrganization } from './seed.ts';

export interface KillReport {
  readonly kills: number;
  readonly owed: number;
  /** Tries that were under way when their deliverer was killed. */
  readonly cutOff: number;
  readonly lost: number;
  /** Arrived more than once, under one id. */
  readonly repeated: number;
  /** Arrived under more than one id: none may. */
  readonly renamed: number;
}

const DESTINATIONS = 3;
const RECEIVER_MS_MAX = 100;
/** A lease shorter than a try could be: what a killed one had under way is done again soon. */
const TIMES = { timeoutMs: 5_000, leaseMs: 1_500 };
const FEED_MS = 20;
const END_MS_MAX = 300_000;

/**
 * Kills a deliverer with SIGKILL at random moments while opens keep coming, starts the next one, lets the last one
 * finish, and compares what was owed with what a receiver got.
 */
export async function killDeliverer(databases: Databases, url: string, kills: number): Promise<KillReport> {
  const context = prepareDelivery(databases, systemClock);
  const receiver = await startReceiver();
  receiver.answer((response) => void setTimeout(() => response.end('ok'), Math.random() * RECEIVER_MS_MAX));
  const organization = await seedOrganization(databases);
  for (let count = 0; count < DESTINATIONS; count += 1)
    await addDestination(context, organization, { url: `${receiver.url}/${count}` });
  const subjects: string[] = [];
  const stopping = new AbortController();
  const feeding = (async () => {
    while (!stopping.signal.aborted) {
      subjects.push(await oweOpen(databases, organization));
      await new Promise((resolve) => setTimeout(resolve, FEED_MS));
    }
  })();
  // The next one is already coming up while one dies, as under a supervisor: now one works, now two.
  let cutOff = 0;
  let next = startDelivererProcess(url, TIMES);
  for (let killed = 0; killed < kills; killed += 1) {
    const deliverer = await next;
    const before = receiver.received.length;
    await waitFor(async () => receiver.received.length > before, 'a deliverer that works', END_MS_MAX);
    next = startDelivererProcess(url, TIMES);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 500));
    await deliverer.kill();
    cutOff += await countLeased(databases);
  }
  stopping.abort();
  await feeding;
  const last = await next;
  const owed = subjects.length * DESTINATIONS;
  await waitFor(async () => (await countDelivered(databases)) === owed, `${owed} deliveries`, END_MS_MAX);
  await last.stop();
  const ids = new Map<string, string[]>();
  for (const { path, body, id } of receiver.received) {
    const key = `${path} ${body.data.id}`;
    ids.set(key, [...(ids.get(key) ?? []), id]);
  }
  const expected = subjects.flatMap((subject) => [0, 1, 2].map((path) => `/${path} ${subject}`));
  const got = [...ids.values()];
  await receiver.close();
  await context.close();
  return {
    kills,
    owed,
    cutOff,
    lost: expected.filter((key) => !ids.has(key)).length,
    repeated: got.filter((all) => all.length > 1 && new Set(all).size === 1).length,
    renamed: got.filter((all) => new Set(all).size > 1).length,
  };
}

async function countDelivered({ system }: Databases): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from deliveries where state = 'delivered'
      and not exists (select from delivery_outbox)`.execute(system);
  return rows[0]?.count ?? 0;
}

async function countLeased({ system }: Databases): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from deliveries where state = 'waiting' and leased_until > now()`.execute(system);
  return rows[0]?.count ?? 0;
}

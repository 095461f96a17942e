import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import type { Databases } from '../../src/db/open-databases.ts';
import type { OrganizationId } from '../../src/domain/ids.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { addDestination, prepareDelivery } from './delivering.ts';
import { seedOrganization } from './seed.ts';

export interface DeliveryLoad {
  readonly seconds: number;
  /** Over all destinations, the hanging one included. */
  readonly perSecond: number;
  /** Organizations with one destination each; the last one's never answers. */
  readonly organizations: number;
}

export interface DeliveryLoadReport {
  readonly arrived: number;
  readonly expected: number;
  /** From the first arrival to the last. */
  readonly perSecond: number;
  /** From the outbox to the receiver, of the destinations that answer, ascending. */
  readonly latenciesMs: readonly number[];
  /** Connections of the hanging one, at most. */
  readonly hanging: number;
}

const STEP_MS = 50;

/** Feeds the outbox at a steady pace while a deliverer works elsewhere, and measures what arrives. */
export async function runDeliveryLoad(
  databases: Databases,
  { seconds, perSecond, organizations }: DeliveryLoad,
): Promise<DeliveryLoadReport> {
  const context = prepareDelivery(databases, systemClock);
  const latenciesMs: number[] = [];
  let firstAt = 0;
  let lastAt = 0;
  const good = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      lastAt = Date.now();
      firstAt ||= lastAt;
      latenciesMs.push(lastAt - Date.parse(JSON.parse(text).timestamp));
      response.end('ok');
    });
  });
  let held = 0;
  let hanging = 0;
  const bad = createServer((request, response) => {
    held += 1;
    hanging = Math.max(hanging, held);
    response.on('close', () => {
      held -= 1;
    });
    request.resume();
  });
  const [goodUrl, badUrl] = await Promise.all([listen(good), listen(bad)]);
  const targets: OrganizationId[] = [];
  for (let count = 0; count < organizations; count += 1) {
    const organization = await seedOrganization(databases, { roles: ['owner'] });
    await addDestination(context, organization, { url: count === organizations - 1 ? badUrl : goodUrl });
    targets.push(organization.organizationId);
  }
  const rounds = Math.round((seconds * 1_000) / STEP_MS);
  const each = Math.round((perSecond * STEP_MS) / 1_000);
  let expected = 0;
  const startedAt = Date.now();
  for (let round = 0; round < rounds; round += 1) {
    const to = Array.from({ length: each }, (_, index) => targets[(round * each + index) % targets.length] ?? '');
    expected += to.filter((id) => id !== targets.at(-1)).length;
    const now = new Date();
    await sql`insert into delivery_outbox (organization_id, type, subject, at, payload)
      select o, 'event_created', 'event:' || gen_random_uuid(), ${now}, '{"verdict":"human","device":"mobile"}'
      from unnest(${to}::uuid[]) o`.execute(databases.system);
    const restMs = startedAt + (round + 1) * STEP_MS - Date.now();
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
  }
  const deadline = Date.now() + 60_000;
  while (latenciesMs.length < expected && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  for (const server of [good, bad]) {
    server.closeAllConnections();
    server.close();
  }
  await context.close();
  const arrived = latenciesMs.length;
  latenciesMs.sort((a, b) => a - b);
  return { arrived, expected, perSecond: arrived / Math.max((lastAt - firstAt) / 1_000, 0.001), latenciesMs, hanging };
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

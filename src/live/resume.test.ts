import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { waitFor } from '../../tests/support/running-server.ts';
import { type SeededOrganization, seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { waitForLock } from '../../tests/support/wait-for-lock.ts';
import { systemClock } from '../kit/clock.ts';
import { silentLog } from '../kit/log.ts';
import { createMetrics } from '../kit/metrics.ts';
import { createBatchContext } from '../process/batch-context.ts';
import { processBatch } from '../process/process-batch.ts';
import type { Audience } from './audience.ts';
import { parseCursor } from './cursor.ts';
import type { LiveSink } from './live-stream.ts';
import { type Live, startLive } from './start-live.ts';

let database: TestDatabase;
let nodes: Live[];

beforeAll(async () => {
  database = await createTestDatabase();
  nodes = [openNode(), openNode()];
});
afterAll(async () => {
  for (const node of nodes) await node.stop();
  await database.drop();
});

/** Tells of each open its event's id. */
function openNode(): Live {
  return startLive({
    databases: database,
    log: silentLog,
    metrics: createMetrics(),
    readMessages: async (asks) =>
      asks.map(
        ({ entries }) => new Map(entries.map((entry) => [entry.id, { event: entry.kind, data: entry.subject }])),
      ),
    readAudiences: async (holders) =>
      new Map([...holders].map((holder) => [holder, JSON.parse(holder) as Audience] as const)),
  });
}

/** A screen that is cut at will and comes back on whichever node with the id of the last thing it got. */
function openScreen(audience: Audience) {
  const told: string[] = [];
  const events: string[] = [];
  let lastId: string | null = null;
  let stream: { end(reason: 'left'): void } | null = null;
  const sink: LiveSink = {
    write: (text) => {
      for (const frame of text.split('\n\n')) {
        const id = /^id: (.*)$/m.exec(frame)?.[1];
        const event = /^event: (.*)$/m.exec(frame)?.[1];
        if (id === undefined || event === undefined) continue;
        lastId = id;
        events.push(event);
        if (event === 'open') told.push(JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? '""'));
      }
    },
    bufferedBytes: () => 0,
    end: () => undefined,
    cut: () => undefined,
  };
  return {
    told,
    events,
    cut: () => stream?.end('left'),
    come: (node: Live | undefined) => {
      const ticket = { audience, personKey: 'one', holder: JSON.stringify(audience) };
      stream = node?.open(sink, ticket, lastId === null ? null : parseCursor(lastId)) ?? null;
    },
  };
}

/** Rounds of a life: how many opens each of two processors stores at once, and whether the screen is cut meanwhile. */
const lifeArbitrary = fc.array(
  fc.record({
    left: fc.integer({ min: 0, max: 4 }),
    right: fc.integer({ min: 0, max: 4 }),
    cut: fc.constantFrom('stays', 'cut before', 'cut during', 'cut and back during'),
    node: fc.integer({ min: 0, max: 1 }),
  }),
  { minLength: 1, maxLength: 6 },
);

let address = 0;
const makeOpens = (organization: SeededOrganization, member: number, count: number) =>
  makeBlock(
    Array.from({ length: count }, () => {
      address += 1;
      const from = `203.0.${Math.floor(address / 250) % 250}.${address % 250}`;
      return makeHit(organization.members[member]?.pixel ?? organization.members[0].pixel, {
        at: Date.now(),
        address: from,
      });
    }),
  );

test('whatever is cut and whichever processors store at once, a screen is told each of its opens once, and no other', async () => {
  const processors = [1, 2].map(() => createBatchContext({ databases: database, clock: systemClock }));
  await fc.assert(
    fc.asyncProperty(lifeArbitrary, async (life) => {
      const organization = await seedOrganization(database);
      const { organizationId, members } = organization;
      const screen = openScreen({ organizationId, memberId: members[0].memberId, opens: 'own', signals: 'own' });
      screen.come(nodes[0]);
      await waitFor(async () => screen.events.includes('hello'), 'the beginning');
      for (const { left, right, cut, node } of life) {
        if (cut === 'cut before') screen.cut();
        const storing = Promise.all(
          processors.map((context, i) =>
            processBatch(context, [
              makeOpens(organization, 0, i === 0 ? left : right),
              makeOpens(organization, 1, i === 0 ? right : left),
            ]),
          ),
        );
        if (cut === 'cut during' || cut === 'cut and back during') screen.cut();
        if (cut === 'cut and back during') screen.come(nodes[node]);
        await storing;
        if (cut === 'cut before' || cut === 'cut during') screen.come(nodes[node]);
      }
      const mine = await readOpens(members[0].memberId);
      await waitFor(async () => screen.told.length >= mine.length, `${mine.length} opens`);
      screen.cut();
      expect([...screen.told].sort()).toEqual([...mine].sort());
      expect(screen.events.filter((event) => event === 'reset')).toEqual([]);
    }),
    { numRuns: 8, endOnFailure: true },
  );
});

async function readOpens(memberId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id::text as id from signature_tracking_events where user_id = ${memberId}`.execute(database.system);
  return rows.map(({ id }) => id);
}

test('while nobody watches nothing is written, and who comes back later is told to read anew', async () => {
  const organization = await seedOrganization(database);
  const { organizationId, members } = organization;
  const context = createBatchContext({ databases: database, clock: systemClock });
  await processBatch(context, [makeOpens(organization, 0, 3)]);
  const count = async () =>
    (await sql`select from live_events where organization_id = ${organizationId}`.execute(database.system)).rows.length;
  expect(await count()).toBe(0);
  const screen = openScreen({ organizationId, memberId: members[0].memberId, opens: 'own', signals: 'own' });
  screen.come(nodes[0]);
  await waitFor(async () => screen.events.includes('hello'), 'the beginning');
  await processBatch(context, [makeOpens(organization, 0, 2)]);
  expect(await count()).toBe(2);
  await waitFor(async () => screen.told.length === 2, 'both');
  screen.cut();
  await sql`update live_positions set watched_until = now() - interval '1 second' where organization_id = ${organizationId}`.execute(
    database.system,
  );
  await processBatch(context, [makeOpens(organization, 0, 1)]);
  expect(await count()).toBe(2);
  screen.come(nodes[1]);
  await waitFor(async () => screen.events.includes('reset'), 'the reset');
  screen.cut();
});

test('who begins to watch waits for the batch under way: what it stores is on the lists or on the stream', async () => {
  const organization = await seedOrganization(database);
  const { organizationId, members } = organization;
  const screen = openScreen({ organizationId, memberId: members[0].memberId, opens: 'own', signals: 'own' });
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const append = sql`select app_private.append_live(array[${organizationId}]::uuid[], array[${members[0].memberId}]::uuid[],
    array['open'], array['1'], array[0]::float8[])`;
  let isLocked = (): void => undefined;
  const locked = new Promise<void>((resolve) => {
    isLocked = resolve;
  });
  const batch = database.system.transaction().execute(async (trx) => {
    await append.execute(trx);
    isLocked();
    await held;
  });
  await locked;
  screen.come(nodes[0]);
  try {
    await waitForLock(database);
    expect(screen.events).toEqual([]);
  } finally {
    release();
  }
  await batch;
  await waitFor(async () => screen.events.includes('hello'), 'the beginning');
  screen.cut();
});

test('a client that does not read is cut, and nobody else waits for it', async () => {
  const organization = await seedOrganization(database);
  const { organizationId, members } = organization;
  const audience: Audience = { organizationId, memberId: members[0].memberId, opens: 'own', signals: 'own' };
  const screen = openScreen(audience);
  screen.come(nodes[0]);
  let buffered = 0;
  let isCut = false;
  const slow: LiveSink = {
    write: (text) => {
      buffered += text.length;
    },
    bufferedBytes: () => buffered * 1_000,
    end: () => undefined,
    cut: () => {
      isCut = true;
    },
  };
  const before = nodes[0]?.figures().streams ?? 0;
  nodes[0]?.open(slow, { audience, personKey: 'slow', holder: JSON.stringify(audience) }, null);
  await waitFor(async () => screen.events.includes('hello'), 'the beginning');
  await processBatch(createBatchContext({ databases: database, clock: systemClock }), [makeOpens(organization, 0, 5)]);
  await waitFor(async () => screen.told.length === 5, 'all opens');
  expect(isCut).toBe(true);
  expect(nodes[0]?.figures().streams).toBe(before);
  screen.cut();
});

test('who comes while rights are being asked for again stays', async () => {
  const organization = await seedOrganization(database);
  const { organizationId, members } = organization;
  const audience: Audience = { organizationId, memberId: members[0].memberId, opens: 'own', signals: 'own' };
  let answer: (() => void) | null = null;
  const node = startLive({
    databases: database,
    log: silentLog,
    metrics: createMetrics(),
    readMessages: async (asks) => asks.map(() => new Map()),
    readAudiences: async (holders) => {
      const asked = [...holders];
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return new Map(asked.map((holder) => [holder, audience] as const));
    },
  });
  const sink: LiveSink = { write: () => undefined, bufferedBytes: () => 0, end: () => undefined, cut: () => undefined };
  const first = node.open(sink, { audience, personKey: 'first', holder: 'first' }, null);
  await waitFor(async () => answer !== null, 'the question', 3_000);
  const second = node.open(sink, { audience, personKey: 'second', holder: 'second' }, null);
  const asked = answer as (() => void) | null;
  answer = null;
  asked?.();
  await waitFor(async () => answer !== null, 'the next question', 3_000);
  expect([first.isOpen, second.isOpen]).toEqual([true, true]);
  await node.stop();
});

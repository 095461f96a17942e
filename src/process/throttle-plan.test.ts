import { describe, expect, test } from 'vitest';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { NOW, prepareProcessing } from '../../tests/support/processing.ts';
import type { SeededOrganization } from '../../tests/support/seed.ts';
import { readDrops, readEvents, readRollupDrift } from '../../tests/support/tracking.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { createBatchContext } from './batch-context.ts';
import { processBatch } from './process-batch.ts';

const processing = prepareProcessing();
const MINUTE_MS = 60_000;

async function setPlan(organizationId: OrganizationId, opens_per_minute: number | null): Promise<void> {
  await processing.database.system
    .updateTable('organizations')
    .set({ opens_per_minute })
    .where('id', '=', organizationId)
    .execute();
}

/** `count` readers within a second, each a reader of their own. */
function readers(organization: SeededOrganization, count: number, at: number) {
  return makeBlock(
    Array.from({ length: count }, (_, n) =>
      makeHit(organization.members[0].pixel, { at: at + n, address: `2001:db8:${n.toString(16)}::1` }),
    ),
  );
}

test('opens beyond the plan are counted with their loads and never stored; a minute later there is room again', async () => {
  const acme = await processing.seed();
  await setPlan(acme.organizationId, 10);
  const block = readers(acme, 15, NOW);
  const twice = makeHit(acme.members[0].pixel, { at: NOW + 20, address: '2001:db8:e::1' });
  const outcome = await processing.process({ ...block, records: [...block.records, twice] });
  expect(outcome).toMatchObject({ hits: 16, events: 10, folded: 0, dropped: { throttled_plan: 6 } });
  expect(await readDrops(processing.database)).toEqual({ throttled_plan: 6 });
  const later = await processing.process(readers(acme, 15, NOW + 30_000));
  expect(later).toMatchObject({ events: 0, dropped: { throttled_plan: 15 } });
  const next = await processing.process(readers(acme, 15, NOW + MINUTE_MS + 2_000));
  expect(next).toMatchObject({ events: 10, dropped: { throttled_plan: 5 } });
  expect(await readEvents(processing.database)).toHaveLength(20);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

test('a throttled reader who comes again when there is room is new', async () => {
  const acme = await processing.seed();
  await setPlan(acme.organizationId, 1);
  await processing.process(readers(acme, 2, NOW));
  const again = makeHit(acme.members[0].pixel, { at: NOW + MINUTE_MS + 1_000, address: '2001:db8:1::1' });
  await processing.process(makeBlock([again]));
  expect((await readEvents(processing.database)).map((event) => event.is_unique)).toEqual([true, true]);
});

describe('whose plan', () => {
  test('each organization has its own; without one the server’s holds; 0 is unlimited', async () => {
    const [own, servers, free] = [await processing.seed(), await processing.seed(), await processing.seed()];
    await setPlan(own.organizationId, 3);
    await setPlan(free.organizationId, 0);
    const context = createBatchContext({ ...processing.context, opensPerMinute: 5 });
    const events = [];
    for (const organization of [own, servers, free])
      events.push((await processBatch(context, [readers(organization, 8, NOW)])).events);
    expect(events).toEqual([3, 5, 8]);
  });

  test('repeats that fold cost nothing of it', async () => {
    const acme = await processing.seed();
    await setPlan(acme.organizationId, 1);
    const repeats = Array.from({ length: 9 }, (_, n) => makeHit(acme.members[0].pixel, { at: NOW + n }));
    expect(await processing.process(makeBlock(repeats))).toMatchObject({ events: 1, folded: 8, dropped: {} });
  });
});

test('a batch that is rolled back, or processed twice, takes no room', async () => {
  const acme = await processing.seed();
  await setPlan(acme.organizationId, 10);
  const block = readers(acme, 6, NOW);
  await processBatch(processing.context, [block], { isProbe: true });
  await processing.process(block);
  expect(await processing.process(block)).toMatchObject({ replayedBlocks: 1, events: 0 });
  expect(await processing.process(readers(acme, 6, NOW + 15_000))).toMatchObject({ events: 4 });
});

test('hits that come late are judged by their own minute', async () => {
  const acme = await processing.seed();
  await setPlan(acme.organizationId, 1);
  const admit = async (hitAt: number): Promise<number> =>
    (await processing.process(makeBlock([makeHit(acme.members[0].pixel, { at: hitAt, address: toAddress() })]))).events;
  const events = [];
  for (const hitAt of [NOW, NOW + 30_000, NOW + MINUTE_MS, NOW - 5 * MINUTE_MS, NOW - 5 * MINUTE_MS + 12_000])
    events.push(await admit(hitAt));
  expect(events).toEqual([1, 0, 1, 1, 0]);
});

test('several processors at the same time let in exactly what one would', async () => {
  const acme = await processing.seed();
  await setPlan(acme.organizationId, 40);
  const processors = Array.from({ length: 3 }, () => createBatchContext({ ...processing.context }));
  const block = (turn: number) =>
    makeBlock(
      Array.from({ length: 10 }, (_, n) =>
        makeHit(acme.members[turn % acme.members.length]?.pixel ?? acme.members[0].pixel, {
          at: NOW + turn * 200 + n,
          address: toAddress(),
        }),
      ),
    );
  const blocks = Array.from({ length: 12 }, (_, turn) => block(turn));
  const outcomes = await Promise.all(
    processors.map(async (processor, place) => {
      let events = 0;
      for (const [turn, own] of blocks.entries())
        if (turn % processors.length === place) events += (await processBatch(processor, [own])).events;
      return events;
    }),
  );
  expect(outcomes.reduce((sum, events) => sum + events, 0)).toBe(40);
  expect(await readEvents(processing.database)).toHaveLength(40);
  expect(await readDrops(processing.database)).toEqual({ throttled_plan: 80 });
});

let addresses = 0;

/** A reader who is new. */
function toAddress(): string {
  addresses += 1;
  return `2001:db8:${(addresses >> 16).toString(16)}:${(addresses & 0xffff).toString(16)}::1`;
}

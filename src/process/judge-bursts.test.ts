import { expect, test } from 'vitest';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { NOW, prepareProcessing } from '../../tests/support/processing.ts';
import type { SeededOrganization } from '../../tests/support/seed.ts';
import { readDrops, readEvents, readRollupDrift } from '../../tests/support/tracking.ts';
import type { Hit } from '../domain/hit.ts';
import type { NetworkClass } from '../domain/network-class.ts';
import type { TrackingSettings } from '../domain/settings.ts';
import { createBatchContext } from './batch-context.ts';
import { processBatch } from './process-batch.ts';

const processing = prepareProcessing();
const { process } = processing;
const seed = (settings: Partial<TrackingSettings> = {}) =>
  processing.seed({ roles: ['owner', ...Array.from({ length: 7 }, () => 'member' as const)], settings });

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

interface Fetch {
  readonly after?: number;
  readonly network?: NetworkClass;
  readonly address?: string;
  readonly userAgent?: string;
}

/** A hit of one member's pixel by a browser that, unless told otherwise, sits in a cloud. */
function fetchOf(acme: SeededOrganization, member: number, fetch: Fetch = {}): Hit {
  const pixel = (acme.members[member] ?? acme.members[0]).pixel;
  const { after = 0, network = 'cloud', address = '192.0.2.1', userAgent = CHROME } = fetch;
  return { ...makeHit(pixel, { at: NOW + after, address }), networkClass: network, userAgent };
}

const walk = (acme: SeededOrganization, members: number, fetch: Fetch = {}): Hit[] =>
  Array.from({ length: members }, (_, i) => fetchOf(acme, i, { ...fetch, after: (fetch.after ?? 0) + i * 1_250 }));

const state = async () => ({
  events: (await readEvents(processing.database)).map((e) => [e.verdict, e.is_counted, e.is_unique, e.is_bot]),
  drops: await readDrops(processing.database),
  drift: await readRollupDrift(processing.database),
});
const human = ['human', true, true, false];

test("pixels of five members by one visitor in a cloud within five seconds are a scanner's, and are no events", async () => {
  const outcome = await process(makeBlock(walk(await seed(), 5)));
  expect(outcome).toMatchObject({ hits: 5, events: 0, dropped: { scanner: 5 }, withdrawnEventIds: [] });
  expect(await state()).toEqual({ events: [], drops: { scanner: 5 }, drift: [] });
});

test('where machines are kept, a burst makes events that say so and count', async () => {
  const outcome = await process(makeBlock(walk(await seed({ exclude_bots: false }), 5)));
  expect(outcome).toMatchObject({ hits: 5, events: 5, dropped: {} });
  expect((await state()).events).toEqual(Array.from({ length: 5 }, () => ['scanner', true, true, true]));
});

test('a thread signed by three colleagues, opened once, is three opens and no burst; so is one signed by four', async () => {
  await process(makeBlock(walk(await seed(), 3, { address: '192.0.2.3' })));
  await process(makeBlock(walk(await seed(), 4, { address: '192.0.2.4' })));
  expect((await state()).events).toEqual(Array.from({ length: 7 }, () => human));
});

test.each<{ what: string; make: (acme: SeededOrganization) => readonly Hit[] }>([
  { what: "from a reader's own line", make: (acme) => walk(acme, 8, { network: 'eyeball' }) },
  { what: 'through a relay', make: (acme) => walk(acme, 8, { network: 'relay' }) },
  { what: "through Apple's relay", make: (acme) => walk(acme, 8, { network: 'apple_relay' }) },
  { what: 'from behind an untrusted reverse proxy', make: (acme) => walk(acme, 8, { network: 'private' }) },
  {
    what: 'in more than five seconds',
    make: (acme) => walk(acme, 8).map((h, i) => ({ ...h, hitAt: NOW + i * 1_251 })),
  },
  {
    what: 'by several visitors',
    make: (acme) => walk(acme, 8).map((h, i) => ({ ...h, userAgent: `${CHROME} ${i % 2}` })),
  },
])('pixels of eight members fetched $what all count', async ({ make }) => {
  await process(makeBlock(make(await seed())));
  expect((await state()).events).toHaveLength(8);
  expect((await state()).events.every(([, isCounted]) => isCounted)).toBe(true);
});

test.each([true, false])(
  'a burst that is completed late, by whichever hit, corrects all that was stored of it (machines refused: %s)',
  async (exclude_bots) => {
    for (const order of [
      [0, 1, 2, 3, 4],
      [4, 3, 2, 1, 0],
      [2, 0, 4, 1, 3],
    ]) {
      const acme = await seed({ exclude_bots });
      const before = await state();
      const hits = walk(acme, 5);
      const outcomes = [];
      for (const i of order) outcomes.push(await process(makeBlock(hits.slice(i, i + 1))));
      expect(outcomes.map((o) => o.withdrawnEventIds.length)).toEqual([0, 0, 0, 0, 4]);
      expect(outcomes.at(-1)).toMatchObject(
        exclude_bots ? { hits: 1, dropped: { scanner: 1 } } : { hits: 1, events: 1 },
      );
      const after = await state();
      expect(after.drift).toEqual([]);
      expect(after.events.length - before.events.length).toBe(exclude_bots ? 0 : 5);
      if (!exclude_bots) expect(new Set(after.events.map(String))).toEqual(new Set(['scanner,true,true,true']));
      expect((after.drops.scanner ?? 0) - (before.drops.scanner ?? 0)).toBe(exclude_bots ? 5 : 0);
    }
  },
);

test('a burst goes on: the sixth and seventh member belong to it, however late they come', async () => {
  const acme = await seed();
  const hits = walk(acme, 7).map((hit, i) => ({ ...hit, hitAt: NOW + i * 700 }));
  for (const hit of hits) await process(makeBlock([hit]));
  expect(await state()).toEqual({ events: [], drops: { scanner: 7 }, drift: [] });
});

test('loads of an open that went with a burst are counted as the scanner that they are', async () => {
  const acme = await seed();
  for (const hit of walk(acme, 5)) await process(makeBlock([hit]));
  const late = await process(makeBlock([fetchOf(acme, 0, { after: 8_000 }), fetchOf(acme, 4, { after: 9_000 })]));
  expect(late).toMatchObject({ hits: 2, events: 0, folded: 0, dropped: { scanner: 2 } });
  expect(await state()).toEqual({ events: [], drops: { scanner: 7 }, drift: [] });
});

test('of a withdrawn first open of the day the claim goes too: the next one that arrives is unique', async () => {
  const acme = await seed({ timezone: 'Europe/Berlin' });
  for (const hit of walk(acme, 5)) await process(makeBlock([hit]));
  await process(makeBlock([fetchOf(acme, 0, { after: 600_000 })]));
  await process(makeBlock([fetchOf(acme, 0, { after: 700_000 })]));
  expect((await state()).events).toEqual([human, ['human', true, false, false]]);
  expect((await state()).drift).toEqual([]);
});

test('a burst over midnight UTC is one', async () => {
  const acme = await seed();
  const midnight = Date.parse('2026-06-10T00:00:00Z') - NOW;
  for (const hit of walk(acme, 5, { after: midnight - 2_500 })) await process(makeBlock([hit]));
  expect(await state()).toEqual({ events: [], drops: { scanner: 5 }, drift: [] });
});

test("a burst from Microsoft's network tells its scanner from Outlook on the web", async () => {
  const acme = await seed();
  await process(makeBlock(walk(acme, 4, { network: 'microsoft' })));
  expect((await readEvents(processing.database)).map((e) => e.verdict)).toEqual(Array(4).fill('proxy_open'));
  await process(makeBlock([fetchOf(acme, 4, { network: 'microsoft', after: 5_000 })]));
  expect(await state()).toEqual({ events: [], drops: { scanner: 5 }, drift: [] });
});

test('processors that each see a part of many bursts agree with one that sees all, and none deadlocks for good', async () => {
  const acme = await seed();
  const hits = Array.from({ length: 480 }, (_, n) => {
    const burst = Math.floor(n / 8);
    return fetchOf(acme, n % 8, { after: -burst * 60_000 + (n % 8) * 600, address: `192.0.2.${burst % 6}` });
  });
  const shuffled = hits.map((hit, n) => ({ hit, n: (n * 7919) % 480 })).sort((a, b) => a.n - b.n);
  const blocks = Array.from({ length: 48 }, (_, b) =>
    makeBlock(shuffled.slice(b * 10, b * 10 + 10).map(({ hit }) => hit)),
  );
  await Promise.all(
    [0, 1, 2].map(async (own) => {
      const context = createBatchContext(processing.context);
      for (let i = own; i < blocks.length; i += 3) await processBatch(context, blocks.slice(i, i + 1));
    }),
  );
  expect(await state()).toEqual({ events: [], drops: { scanner: 480 }, drift: [] });
});

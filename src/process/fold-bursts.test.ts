import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { HitOptions } from '../../tests/support/hits.ts';
import { NOW, prepareProcessing, userHits } from '../../tests/support/processing.ts';
import { readEvents, readRollupDrift } from '../../tests/support/tracking.ts';

import { createBatchContext } from './batch-context.ts';
import { processBatch } from './process-batch.ts';

const processing = prepareProcessing();
const { seed, process } = processing;

test('a storm of 500 loads by Gmail from many addresses within 3 s is one open with its load count', async () => {
  const acme = await seed();
  const loads = Array.from(
    { length: 500 },
    (_, i): HitOptions => ({ at: NOW + i * 6, by: 'gmail', address: `66.249.84.${i % 250}` }),
  );
  const blocks = Array.from({ length: 10 }, (_, i) => userHits(acme, ...loads.slice(i * 50, i * 50 + 50)));
  await process(...blocks.slice(0, 3));
  for (const block of blocks.slice(3)) await process(block);
  for (const block of blocks) await process(block);
  expect(await readEvents(processing.database)).toMatchObject([
    { verdict: 'proxy_open', load_count: 500, is_unique: true },
  ]);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

test("loads by one visitor fold for 10 s from the first, and a neighbour's do not", async () => {
  const acme = await seed();
  const at = (seconds: number, address = '203.0.113.7'): HitOptions => ({ at: NOW + seconds * 1000, address });
  await process(userHits(acme, at(0), at(4), at(4, '203.0.113.8')));
  await process(userHits(acme, at(9), at(11), at(19)));
  const events = await readEvents(processing.database);
  expect(events.map((e) => [(e.hit_at.getTime() - NOW) / 1000, e.load_count, e.is_unique])).toEqual([
    [0, 3, true],
    [4, 1, true],
    [11, 2, false],
  ]);
});

test('loads that arrive in the wrong order fold as they would have in the right one', async () => {
  const acme = await seed();
  await process(userHits(acme, { at: NOW + 12_000 }));
  await process(userHits(acme, { at: NOW }));
  await process(userHits(acme, { at: NOW + 9000 }));
  expect((await readEvents(processing.database)).map((e) => e.load_count)).toEqual([2, 1]);
});

test("a proxy's prefetch never swallows the open that follows it", async () => {
  const acme = await seed();
  await process(userHits(acme, { at: NOW, by: 'gmailPrefetch' }, { at: NOW + 2000, by: 'gmail' }));
  expect((await readEvents(processing.database)).map((e) => [e.verdict, e.is_counted])).toEqual([
    ['prefetch', false],
    ['proxy_open', true],
  ]);
});

test.each(['outlook', 'gmail'] as const)(
  'loads by %s on both sides of midnight UTC are one open, in either order',
  async (by) => {
    const acme = await seed();
    const other = await seed();
    const before: HitOptions = { at: '2026-06-09T23:59:57Z', by };
    const after: HitOptions = { at: '2026-06-10T00:00:03Z', by };
    await process(userHits(acme, before));
    await process(userHits(acme, after));
    await process(userHits(other, after));
    await process(userHits(other, before));
    expect((await readEvents(processing.database)).map((e) => e.load_count)).toEqual([2, 2]);
  },
);

test('a load count stops at the top of its column instead of failing', async () => {
  const acme = await seed();
  const burst = (size: number) =>
    userHits(acme, ...Array.from({ length: size }, () => ({ at: NOW, by: 'gmail' as const })));
  await process(burst(32_000));
  await process(burst(1000));
  expect((await readEvents(processing.database)).map((e) => e.load_count)).toEqual([32_767]);
});

test('a fold that comes later changes the load count and no rollup', async () => {
  const acme = await seed();
  await process(userHits(acme, { at: NOW }));
  await process(userHits(acme, { at: NOW + 5000 }));
  const { rows } = await sql`select events, opens, uniques from tracking_rollup_slots`.execute(
    processing.database.system,
  );
  expect(rows).toEqual([{ events: 1, opens: 1, uniques: 1 }]);
});

test('loads that several processors store at the same moment are still one open each burst', async () => {
  const acme = await seed();
  const contexts = Array.from({ length: 3 }, () => createBatchContext(processing.context));
  for (let burst = 0; burst < 20; burst += 1) {
    const at = NOW - burst * 60_000;
    await Promise.all(
      contexts.map((own, p) => {
        const gmail: HitOptions[] = [0, 1, 2].map((s) => ({ at: at + s * 1000 + p, by: 'gmail' }));
        const reader: HitOptions[] = [0, 1].map((s) => ({ at: at + s * 1000 + p }));
        return processBatch(own, [userHits(acme, ...gmail, ...reader)]);
      }),
    );
  }
  const events = await readEvents(processing.database);
  expect(events.filter((e) => e.verdict === 'proxy_open').map((e) => e.load_count)).toEqual(Array(20).fill(9));
  expect(events.filter((e) => e.verdict === 'human').map((e) => e.load_count)).toEqual(Array(20).fill(6));
});

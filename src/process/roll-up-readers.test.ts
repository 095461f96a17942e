import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { type HitOptions, makeBlock, makeHit } from '../../tests/support/hits.ts';
import { NOW, prepareProcessing } from '../../tests/support/processing.ts';
import type { SeededOrganization, SeedOptions } from '../../tests/support/seed.ts';
import { readRollupDrift } from '../../tests/support/tracking.ts';
import type { Hit } from '../domain/hit.ts';
import { createBatchContext } from './batch-context.ts';
import { processBatch } from './process-batch.ts';

const processing = prepareProcessing();
const { process } = processing;
const seed = (settings: SeedOptions['settings'] = {}, members = 3) =>
  processing.seed({ roles: ['owner', ...Array.from({ length: members - 1 }, () => 'member' as const)], settings });

const fetchOf = (acme: SeededOrganization, member: number, options: Partial<HitOptions> = {}): Hit =>
  makeHit((acme.members[member] ?? acme.members[0]).pixel, { at: NOW, ...options });

async function readReaders(): Promise<readonly (readonly [string, string, string | null, number, number])[]> {
  const { rows } = await sql<{ day: string; client: string; country: string | null; opens: number; readers: number }>`
    select day::text as day, client_family as client, country, opens, readers from tracking_rollup_readers
    order by 1, 2, 3`.execute(processing.database.system);
  return rows.map(({ day, client, country, opens, readers }) => [day, client, country, opens, readers]);
}

test("who reads three members' mail on one day is one reader of the organization, on the next day again", async () => {
  const acme = await seed();
  await process(makeBlock([0, 1, 2].map((member) => fetchOf(acme, member, { at: NOW + member * 60_000 }))));
  await process(makeBlock([fetchOf(acme, 1, { at: NOW + 3_600_000 })]));
  await process(makeBlock([fetchOf(acme, 2, { at: NOW - 13 * 3_600_000 })]));
  expect(await readReaders()).toEqual([
    ['2026-06-09', 'Outlook', null, 1, 1],
    ['2026-06-10', 'Outlook', null, 4, 1],
  ]);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

test('proxies, machines, prefetches and pixels of campaigns tell nothing of readers', async () => {
  const acme = await seed();
  const kinds = (['gmail', 'gmailPrefetch', 'applePrefetch', 'bot', 'scanner', 'syncAgent'] as const).map((by, index) =>
    fetchOf(acme, 0, { by, address: `198.51.100.${index}` }),
  );
  await process(makeBlock([...kinds, makeHit(acme.campaign.pixel, { at: NOW, trackingType: 'campaign' })]));
  expect(await readReaders()).toEqual([]);
});

test('countries are told apart where the organization collects them', async () => {
  const acme = await seed({ collect_region: true });
  const hits = ['DE', 'DE', 'FR'].map((country, index) => ({
    ...fetchOf(acme, 0, { address: `198.51.100.${index}`, at: NOW + index * 60_000 }),
    country,
  }));
  await process(makeBlock(hits));
  expect(await readReaders()).toEqual([
    ['2026-06-10', 'Outlook', 'DE', 2, 2],
    ['2026-06-10', 'Outlook', 'FR', 1, 1],
  ]);
});

test('in aggregate mode opens have no readers', async () => {
  const acme = await seed({ mode: 'aggregate' });
  await process(makeBlock([fetchOf(acme, 0), fetchOf(acme, 1)]));
  expect(await readReaders()).toEqual([['2026-06-10', 'Outlook', null, 2, 0]]);
});

test('a scanner burst that is found late takes its opens and its reader with it, and gives the claim back', async () => {
  const acme = await seed({}, 6);
  const walk = (member: number, after: number): Hit => ({
    ...fetchOf(acme, member, { at: NOW + after, address: '192.0.2.1', by: 'thunderbird' }),
    networkClass: 'cloud',
  });
  await process(makeBlock([0, 1, 2].map((member) => walk(member, member * 1_000))));
  expect(await readReaders()).toEqual([['2026-06-10', 'Thunderbird', null, 3, 1]]);
  await process(makeBlock([3, 4].map((member) => walk(member, member * 1_000))));
  expect(await readReaders()).toEqual([]);
  await process(makeBlock([walk(0, 3_600_000)]));
  expect(await readReaders()).toEqual([['2026-06-10', 'Thunderbird', null, 1, 1]]);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

test('each reader counts once a day, with three processors at once on the pixels of three members', async () => {
  const acme = await seed({ timezone: 'Asia/Kathmandu' });
  const evening = Date.parse('2026-06-09T22:00:00Z');
  const lanes = [0, 1, 2].map((member) =>
    Array.from({ length: 120 }, (_, n) => {
      const at = evening + ((n * 97 + member * 31) % 240) * 60_000;
      const address = `198.51.100.${(n * 13 + member) % 25}`;
      return { at, address, hit: fetchOf(acme, member, { at, address }) };
    }),
  );
  await Promise.all(
    lanes.map(async (loads) => {
      const context = createBatchContext(processing.context);
      for (let next = 0; next < loads.length; next += 12)
        await processBatch(context, [makeBlock(loads.slice(next, next + 12).map(({ hit }) => hit))]);
    }),
  );
  const readersOf = (day: string) =>
    new Set(lanes.flat().flatMap(({ at, address }) => (new Date(at).toISOString().startsWith(day) ? [address] : [])))
      .size;
  expect((await readReaders()).map(([day, , , , readers]) => [day, readers])).toEqual([
    ['2026-06-09', readersOf('2026-06-09')],
    ['2026-06-10', readersOf('2026-06-10')],
  ]);
  expect(readersOf('2026-06-10')).toBeGreaterThan(20);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

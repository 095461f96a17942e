import { expect, test } from 'vitest';
import { type HitOptions, makeBlock, makeHit } from '../../tests/support/hits.ts';
import { NOW, prepareProcessing } from '../../tests/support/processing.ts';
import type { SeededOrganization, SeedOptions } from '../../tests/support/seed.ts';
import { withTenant } from '../db/with-tenant.ts';
import { readOrganizationBreakdown } from './read-organization-breakdown.ts';

const processing = prepareProcessing();
const seed = (settings: SeedOptions['settings'] = {}) =>
  processing.seed({ roles: ['owner', ...Array.from({ length: 7 }, () => 'member' as const)], settings });

interface Readers {
  readonly by: NonNullable<HitOptions['by']>;
  readonly count: number;
  readonly from?: number;
  readonly country?: string;
  /** How many days ago. */
  readonly ago?: number;
}

/** So many readers, each behind an address of their own and of another member's mail. */
async function store(acme: SeededOrganization, ...readers: readonly Readers[]): Promise<void> {
  const hits = readers.flatMap(({ by, count, from = 0, country = null, ago = 0 }) =>
    Array.from({ length: count }, (_, index) => {
      const { pixel } = acme.members[index % acme.members.length] ?? acme.members[0];
      const at = NOW - ago * 86_400_000 - 3_600_000 + (from + index) * 60_000;
      return { ...makeHit(pixel, { by, at, address: `198.51.100.${from + index}` }), country };
    }),
  );
  await processing.process(makeBlock(hits));
}

async function read({ organizationId }: SeededOrganization, days = 30) {
  return withTenant(processing.database, organizationId, (trx) =>
    readOrganizationBreakdown(trx, { organizationId, days, now: NOW }),
  );
}

test('programs of five readers are told although no member has more than one of them', async () => {
  const acme = await seed();
  await store(
    acme,
    { by: 'outlook', count: 7 },
    { by: 'gmail', count: 9, from: 20 },
    { by: 'bot', count: 9, from: 40 },
  );
  expect(await read(acme)).toEqual({
    clients: { data: [{ name: 'Outlook', opens: 7 }], other: null },
    countries: { data: [], other: null },
    kAnonymity: 5,
    days: 30,
    timezone: 'UTC',
  });
});

test("one reader of eight members' mail is one reader: nothing is told", async () => {
  const acme = await seed();
  const hits = acme.members.map(({ pixel }, index) => makeHit(pixel, { at: NOW + index * 60_000 }));
  await processing.process(makeBlock(hits));
  expect((await read(acme)).clients).toEqual({ data: [], other: null });
});

test('a small program hides behind the next larger one, and readers of several days are not added up', async () => {
  const acme = await seed();
  await store(
    acme,
    { by: 'outlook', count: 8 },
    { by: 'iphone', count: 5, from: 20 },
    { by: 'thunderbird', count: 3, from: 30 },
    { by: 'thunderbird', count: 3, from: 30, ago: 1 },
  );
  expect((await read(acme)).clients).toEqual({ data: [{ name: 'Outlook', opens: 8 }], other: 11 });
});

test('countries only while the organization collects them, each by the same rule', async () => {
  const acme = await seed({ collect_region: true });
  await store(
    acme,
    { by: 'outlook', count: 8, country: 'DE' },
    { by: 'outlook', count: 6, from: 20, country: 'FR' },
    { by: 'outlook', count: 5, from: 30, country: 'AT' },
    { by: 'outlook', count: 2, from: 40, country: 'LI' },
  );
  const told = await read(acme);
  expect(told.clients.data).toEqual([{ name: 'Outlook', opens: 21 }]);
  expect(told.countries).toEqual({
    data: [
      { name: 'DE', opens: 8 },
      { name: 'FR', opens: 6 },
    ],
    other: 7,
  });
});

test('only the days asked for, and no more than the retention keeps', async () => {
  const acme = await seed({ retention_days: 30 });
  await store(acme, { by: 'outlook', count: 6 }, { by: 'iphone', count: 6, from: 20, ago: 3 });
  expect((await read(acme, 1)).clients.data).toHaveLength(1);
  expect((await read(acme, 4)).clients.data).toHaveLength(2);
  expect((await read(acme, 400)).days).toBe(30);
});

test('a higher k, aggregate mode, or an organization without opens: nothing is told', async () => {
  const [strict, aggregate, empty] = [await seed({ k_anonymity: 10 }), await seed({ mode: 'aggregate' }), await seed()];
  await store(strict, { by: 'outlook', count: 9 });
  await store(aggregate, { by: 'outlook', count: 20 });
  for (const organization of [strict, aggregate, empty])
    expect((await read(organization)).clients).toEqual({ data: [], other: null });
});

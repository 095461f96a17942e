import { expect, test } from 'vitest';
import type { HitOptions } from '../../tests/support/hits.ts';
import { NOW, prepareProcessing, userHits } from '../../tests/support/processing.ts';
import type { SeededOrganization, SeedOptions } from '../../tests/support/seed.ts';
import { withTenant } from '../db/with-tenant.ts';
import { readBreakdown } from './read-breakdown.ts';
import { readViewer } from './read-viewer.ts';

const processing = prepareProcessing();

/** Readers of one kind, each behind an address of their own, a minute apart from an hour ago. */
function readersOf(by: NonNullable<HitOptions['by']>, count: number, from = 0): HitOptions[] {
  return Array.from({ length: count }, (_, index) => ({
    by,
    at: NOW - 3_600_000 + (from + index) * 60_000,
    address: `198.51.100.${from + index}`,
  }));
}

async function read({ organizationId, members: [{ memberId }] }: SeededOrganization, days = 30) {
  return withTenant(processing.database, organizationId, async (trx) => {
    const viewer = await readViewer(trx, organizationId, memberId);
    if (viewer === null) throw new Error('the member is not there');
    return readBreakdown(trx, viewer, { now: NOW, days });
  });
}

const seed = (settings: SeedOptions['settings'] = {}) => processing.seed({ settings });

test('mail programs of five readers on one day are told, proxies and machines are in none', async () => {
  const acme = await seed();
  await processing.process(
    userHits(acme, ...readersOf('outlook', 6), ...readersOf('gmail', 9, 20), ...readersOf('bot', 9, 40)),
  );
  const { clients, countries, kAnonymity } = await read(acme);
  expect(clients.data).toEqual([{ name: expect.stringMatching(/outlook/i), opens: 6 }]);
  expect([clients.other, countries, kAnonymity]).toEqual([null, { data: [], other: null }, 5]);
});

test('a single reader hides behind the next larger program', async () => {
  const acme = await seed();
  await processing.process(
    userHits(acme, ...readersOf('outlook', 8), ...readersOf('iphone', 5, 20), ...readersOf('thunderbird', 1, 30)),
  );
  const { clients } = await read(acme);
  expect(clients.data).toMatchObject([{ opens: 8 }]);
  expect(clients.other).toBe(6);
});

test('four readers, or a higher k, or aggregate mode: nothing is told', async () => {
  const four = await seed();
  await processing.process(userHits(four, ...readersOf('outlook', 4)));
  const strict = await seed({ k_anonymity: 10 });
  await processing.process(userHits(strict, ...readersOf('outlook', 9)));
  const aggregate = await seed({ mode: 'aggregate' });
  await processing.process(userHits(aggregate, ...readersOf('outlook', 20)));
  for (const organization of [four, strict, aggregate])
    expect((await read(organization)).clients).toEqual({ data: [], other: null });
});

import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { NOW, prepareProcessing, userHits } from '../../tests/support/processing.ts';
import type { SeededOrganization } from '../../tests/support/seed.ts';
import { readRollupDrift } from '../../tests/support/tracking.ts';
import { waitForLock } from '../../tests/support/wait-for-lock.ts';
import { lockLocalDays } from '../db/lock-local-days.ts';
import { withTenant } from '../db/with-tenant.ts';
import { DEFAULT_TRACKING_SETTINGS } from '../domain/settings.ts';
import { rebuildDays } from './rebuild-days.ts';

const processing = prepareProcessing();
const HITS = ['2026-06-08T14:30:00Z', '2026-06-08T18:20:00Z', '2026-06-09T04:00:00Z', '2026-06-09T23:50:00Z'];

/** As the settings panel does. */
async function changeZone({ organizationId }: SeededOrganization, timezone: string, during?: () => Promise<void>) {
  await withTenant(processing.database, organizationId, async (trx) => {
    await lockLocalDays(trx, organizationId);
    const settings = JSON.stringify({ ...DEFAULT_TRACKING_SETTINGS, timezone });
    await trx
      .updateTable('organization_settings')
      .set({ tracking_settings: settings })
      .where('organization_id', '=', organizationId)
      .execute();
    await rebuildDays(trx, { organizationId, timeZone: timezone, retentionDays: 90, now: NOW });
    await during?.();
  });
}

async function readTotals({ organizationId }: SeededOrganization) {
  const { rows } = await sql<{ day: string; opens: number }>`
    select day::text as day, opens from tracking_rollup_totals where organization_id = ${organizationId} order by day`.execute(
    processing.database.system,
  );
  return Object.fromEntries(rows.map(({ day, opens }) => [day, opens]));
}

test.each([
  ['UTC', { '2026-06-08': 2, '2026-06-09': 2 }],
  ['Asia/Kathmandu', { '2026-06-08': 1, '2026-06-09': 2, '2026-06-10': 1 }],
  ['America/New_York', { '2026-06-08': 2, '2026-06-09': 2 }],
  ['Pacific/Kiritimati', { '2026-06-09': 3, '2026-06-10': 1 }],
])('after a change to %s every day holds the opens that its clock shows', async (zone, expected) => {
  const acme = await processing.seed({ settings: { timezone: 'Europe/Berlin' } });
  const other = await processing.seed({ settings: { timezone: 'Europe/Berlin' } });
  await processing.process(
    userHits(acme, ...HITS.map((at) => ({ at }))),
    userHits(other, ...HITS.map((at) => ({ at }))),
  );
  const before = await readTotals(other);
  await changeZone(acme, zone);
  expect(await readTotals(acme)).toEqual(expected);
  expect(await readTotals(other)).toEqual(before);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

test('days whose quarter hours are deleted stay as they were', async () => {
  const acme = await processing.seed({ settings: { timezone: 'UTC' } });
  await processing.process(userHits(acme, { at: '2026-02-01T23:00:00Z' }, { at: HITS[0] ?? '' }));
  await processing.database.system
    .deleteFrom('tracking_rollup_slots')
    .where('slot_at', '<', new Date('2026-03-12'))
    .execute();
  await changeZone(acme, 'Asia/Kathmandu');
  expect(await readTotals(acme)).toEqual({ '2026-02-01': 1, '2026-06-08': 1 });
});

test('opens that are stored while the zone changes wait for it and fall on its days', async () => {
  const acme = await processing.seed({ settings: { timezone: 'UTC' } });
  await processing.process(userHits(acme, { at: HITS[0] ?? '' }));
  let stored: Promise<unknown> = Promise.resolve();
  await changeZone(acme, 'Pacific/Kiritimati', async () => {
    stored = processing.process(userHits(acme, { at: HITS[3] ?? '' }));
    await waitForLock(processing.database);
  });
  await stored;
  expect(await readTotals(acme)).toEqual({ '2026-06-09': 1, '2026-06-10': 1 });
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

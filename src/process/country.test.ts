import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { NOW, prepareProcessing } from '../../tests/support/processing.ts';

const processing = prepareProcessing();

async function readCountries(): Promise<(string | null)[]> {
  const { rows } = await sql<{ country: string | null }>`
    select country from signature_tracking_events order by hit_at`.execute(processing.database.system);
  return rows.map((row) => row.country);
}

test('the country is kept of human opens only, and only where the organization asks for it', async () => {
  for (const collect_region of [false, true]) {
    const organization = await processing.seed({ settings: { collect_region } });
    const [{ pixel }] = organization.members;
    const at = NOW + (collect_region ? 3_600_000 : 0);
    await processing.process(
      makeBlock([
        { ...makeHit(pixel, { at }), country: 'DE' },
        { ...makeHit(pixel, { at: at + 60_000, by: 'gmail' }), country: 'US' },
        { ...makeHit(pixel, { at: at + 120_000, address: '198.51.100.7' }), country: null },
      ]),
    );
  }
  expect(await readCountries()).toEqual([null, null, null, 'DE', null, null]);
});

import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { type AGENTS, makeBlock, makeHit } from '../../../tests/support/hits.ts';
import { NOW, prepareProcessing } from '../../../tests/support/processing.ts';
import { readSignals } from '../../../tests/support/signals.ts';
import type { Hit } from '../../domain/hit.ts';

const processing = prepareProcessing();
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
const KINDS: readonly (keyof typeof AGENTS)[] = ['applePrefetch', 'gmailPrefetch', 'scanner', 'bot', 'syncAgent'];
/** Every kind on every pixel, over and over. */
const HITS = 5_000;
const BLOCK_HITS = 500;

test.each([true, false])(
  'thousands of machine hits raise no signal (machines refused: %s)',
  async (excludeBots) => {
    const roles = ['owner', 'member', 'member', 'member', 'member', 'member'] as const;
    const acme = await processing.seed({ isDeal: true, roles: [...roles], settings: { exclude_bots: excludeBots } });
    const pixels = [acme.campaign.pixel, ...acme.members.map(({ pixel }) => pixel)];
    const toHit = (n: number): Hit => {
      const pixel = pixels[n % pixels.length] as (typeof pixels)[number];
      const trackingType = pixel === acme.campaign.pixel ? 'campaign' : 'user';
      const at = NOW - 1_800_000 + n * 30;
      const kind = n % 6;
      // The sixth kind is a burst: everybody's pixel within a second, by a browser in a scanner's network.
      const burst = {
        at: NOW - 900_000 + Math.floor(n / 42) * 100_000 + (n % 7),
        address: `192.0.2.${Math.floor(n / 42) % 250}`,
      };
      if (kind < 5)
        return makeHit(pixel, { at, trackingType, by: KINDS[kind] ?? 'bot', address: `198.51.100.${n % 250}` });
      return { ...makeHit(pixel, { ...burst, trackingType }), userAgent: CHROME, networkClass: 'microsoft' };
    };
    for (let from = 0; from < HITS; from += BLOCK_HITS)
      await processing.process(makeBlock(Array.from({ length: BLOCK_HITS }, (_, i) => toHit(from + i))));
    expect(await readSignals(processing.database)).toEqual([]);
    const { rows } = await sql<{ hits: number }>`select
    (select coalesce(sum(hits), 0) from tracking_drop_slots)::int + (select coalesce(sum(load_count), 0) from signature_tracking_events)::int as hits`.execute(
      processing.database.system,
    );
    expect(rows[0]?.hits).toBe(HITS);
  },
  120_000,
);

import { expect, test } from 'vitest';
import { makeBlock } from '../../../tests/support/hits.ts';
import { prepareMachines } from '../../../tests/support/machine-hits.ts';
import { NOW, prepareProcessing } from '../../../tests/support/processing.ts';
import { readSignals } from '../../../tests/support/signals.ts';
import { readEvents } from '../../../tests/support/tracking.ts';

// 100,000 of them: npm run bench -- signals --only machines

const processing = prepareProcessing();
const HITS = 4_000;
const BLOCK_HITS = 500;

test.each([true, false])(
  'thousands of prefetches, scanners, bots, own devices and install tests raise no signal (machines refused: %s)',
  async (excludeBots) => {
    const machines = await prepareMachines(processing.database, { excludeBots, now: NOW, count: HITS });
    const sums = { hits: 0, tested: 0 };
    for (let from = 0; from < HITS; from += BLOCK_HITS) {
      const hits = Array.from({ length: BLOCK_HITS }, (_, i) => machines.toHit(from + i));
      const outcome = await processing.process(makeBlock(hits));
      sums.hits += outcome.hits;
      sums.tested += outcome.tested;
    }
    expect(await readSignals(processing.database)).toEqual([]);
    expect(sums).toEqual({ hits: HITS, tested: HITS / 8 });
    const events = await readEvents(processing.database);
    expect(events.filter(({ verdict }) => verdict === 'self').length).toBeGreaterThan(0);
    expect(events.filter(({ verdict }) => verdict === 'human' || verdict === 'proxy_open')).toEqual([]);
  },
  120_000,
);

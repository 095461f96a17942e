import { expect, test } from 'vitest';
import { campaignHits, NOW, prepareProcessing } from '../../../tests/support/processing.ts';
import { readSignals } from '../../../tests/support/signals.ts';

const MINUTE = 60_000;
const processing = prepareProcessing();
const { seed, process } = processing;

test("three counted opens of a deal's pixel within five minutes are a hot signal, whoever opened", async () => {
  const acme = await seed({ isDeal: true });
  const at = NOW - 10 * MINUTE;
  await process(
    campaignHits(acme, { at, address: '192.0.2.1' }, { at: at + MINUTE, address: '192.0.2.2', by: 'gmail' }),
  );
  expect(await readSignals(processing.database)).toEqual([]);
  await process(campaignHits(acme, { at: at + 5 * MINUTE, address: '192.0.2.1', by: 'iphone' }));
  expect(await readSignals(processing.database)).toMatchObject([
    { rule: 'hot', level: 'hot', raisedAt: at + 5 * MINUTE, sentence: 'Opened 3 times in 5 minutes, last on a phone' },
  ]);
});

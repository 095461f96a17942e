import { systemClock } from '../../src/kit/clock.ts';
import { createBatchContext } from '../../src/process/batch-context.ts';
import { processBatch } from '../../src/process/process-batch.ts';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { type BenchParts, print } from './bench-parts.ts';
import { seedTeams } from './seed-people.ts';

const PART_MAX = 0.1;
const BATCHES = 10;
const BATCH_HITS = 2_000;
const TEAMS = 50;

/** The log's part of the time of a batch, for organizations that nobody watches. */
export async function measureLog({ databases }: BenchParts): Promise<boolean> {
  const teams = await seedTeams(databases, { teams: TEAMS, members: 4 });
  const pixels = teams.flatMap(({ members }) => members.map(({ pixel }) => pixel));
  const sums = { live: 0, all: 0 };
  const context = createBatchContext({ databases, clock: systemClock }, (step, seconds) => {
    sums.all += seconds;
    if (step === 'live') sums.live += seconds;
  });
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const hits = Array.from({ length: BATCH_HITS }, (_, n) => {
      const pixel = pixels[n % pixels.length] ?? { tokenHash: Buffer.alloc(32) };
      return makeHit(pixel, { at: Date.now(), address: `203.${batch}.${Math.floor(n / 250)}.${n % 250}` });
    });
    await processBatch(context, [makeBlock(hits)]);
  }
  const part = sums.live / sums.all;
  print(
    `log      ${(100 * part).toFixed(1)} % of a batch of ${BATCH_HITS} hits of ${TEAMS} organizations that nobody watches`,
  );
  return part <= PART_MAX;
}

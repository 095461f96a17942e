import { sql } from 'kysely';
import type { Databases } from '../../src/db/open-databases.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { createBatchContext } from '../../src/process/batch-context.ts';
import { processBatch } from '../../src/process/process-batch.ts';
import { makeBlock } from '../../tests/support/hits.ts';
import { prepareMachines } from '../../tests/support/machine-hits.ts';
import { print } from '../live/bench-parts.ts';

const BLOCK_HITS = 2_000;

/** So many prefetches, scanners, bots, own devices and install tests, once refused and once kept: 0 signals. */
export async function measureMachines(databases: Databases, count: number): Promise<boolean> {
  const context = createBatchContext({ databases, clock: systemClock });
  let isKept = true;
  for (const excludeBots of [true, false]) {
    const since = new Date();
    const machines = await prepareMachines(databases, { excludeBots, now: Date.now(), count });
    let hits = 0;
    for (let from = 0; from < count; from += BLOCK_HITS) {
      const block = Array.from({ length: Math.min(BLOCK_HITS, count - from) }, (_, i) => machines.toHit(from + i));
      hits += (await processBatch(context, [makeBlock(block)])).hits;
    }
    const { rows } = await sql<{ standing: number; ever: number }>`
      select count(*) filter (where withdrawn_at is null)::int as standing, count(*)::int as ever from signals
      where created_at >= ${since}`.execute(databases.system);
    const { standing = -1, ever = -1 } = rows[0] ?? {};
    print(
      `machines ${hits} machine hits, machines ${excludeBots ? 'refused' : 'kept'}: ${standing} signals, ${ever - standing} raised and withdrawn`,
    );
    if (standing !== 0 || hits !== count) isKept = false;
  }
  return isKept;
}

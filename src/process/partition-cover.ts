import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { JudgedBatch } from './judge-records.ts';

/** Remembers for which UTC days the tables have partitions, so that almost every batch asks nothing. */
export interface PartitionCover {
  /** Makes the partitions of the batch's days, before its transaction: making one locks the whole table for a moment. */
  cover(batch: JudgedBatch): Promise<void>;
  /** Another process dropped partitions that were thought to be there. */
  forget(): void;
}

/** Days remembered; hits older than 400 days are refused, so this is never reached by honest ones. */
const DAYS_REMEMBERED_MAX = 1000;

export function createPartitionCover(databases: Databases): PartitionCover {
  const covered = new Set<number>();
  return {
    cover: async (batch) => {
      const missing = new Set<number>();
      for (const { hit } of batch.hits) {
        const hitDay = Math.floor(hit.hitAt / DAY_MS);
        if (!covered.has(hitDay)) missing.add(hitDay);
        if (!covered.has(hit.address.day)) missing.add(hit.address.day);
      }
      if (missing.size === 0) return;
      for (const [first, last] of toRuns(missing)) {
        await sql`select app_private.ensure_partitions(to_timestamp(${first * 86_400}), to_timestamp(${last * 86_400}))`.execute(
          databases.system,
        );
      }
      if (covered.size + missing.size > DAYS_REMEMBERED_MAX) covered.clear();
      for (const day of missing) covered.add(day);
    },
    forget: () => covered.clear(),
  };
}

/** Runs of days without a gap, so that one stray old hit does not make partitions for all the days in between. */
function toRuns(days: ReadonlySet<number>): [number, number][] {
  const runs: [number, number][] = [];
  for (const day of [...days].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && day === last[1] + 1) last[1] = day;
    else runs.push([day, day]);
  }
  return runs;
}

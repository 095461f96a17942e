import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import { isSqlState } from '../db/roles.ts';
import { DAY_MS } from '../domain/hit.ts';

/** Late hits of a week have come by then; those that come still are stored all the same. */
const ENDED_MS = DAY_MS;
/** One and a half to three million opens: readers wait 62 ms with 128,000, so a second. Larger ones stay as they are. */
const INDEX_BYTES_MAX = 128 * 1024 * 1024;
/** Three of each week that the longest retention keeps. */
const INDEXES_MAX = 200;
/** After an index four times the rest that it took, as after a step of the purge. */
const REST_FACTOR = 4;
const REST_MS_MAX = 10_000;
/** Opens are read by people, some for minutes; who comes after us waits as long. */
const LOCK_WAIT_MS = 500;
const PASSING_STATES = ['55P03', '40P01'];

/**
 * Builds the indexes of past weeks of opens anew, full. Answers how many; when somebody was reading for longer than
 * others may wait, the rest is for the next hour. Safe to run on several nodes at once.
 */
export async function compactWeeks(databases: Databases, now: number, signal?: AbortSignal): Promise<number> {
  let built = 0;
  while (built < INDEXES_MAX && signal?.aborted !== true) {
    const began = performance.now();
    if (!(await compactNext(databases, now))) break;
    built += 1;
    const restMs = Math.min((performance.now() - began) * REST_FACTOR, REST_MS_MAX);
    await sleep(restMs, undefined, { signal }).catch(() => undefined);
  }
  return built;
}

async function compactNext(databases: Databases, now: number): Promise<boolean> {
  try {
    return await databases.system.transaction().execute(async (trx) => {
      await sql`select set_config('lock_timeout', ${`${LOCK_WAIT_MS}ms`}, true), set_config('max_parallel_maintenance_workers', '0', true)`.execute(
        trx,
      );
      const { rows } = await sql<{ name: string | null }>`
        select app_private.compact_next_index(to_timestamp(${now - ENDED_MS}::float8 / 1000), ${INDEX_BYTES_MAX}) as name`.execute(
        trx,
      );
      return rows[0]?.name != null;
    });
  } catch (error) {
    if (!PASSING_STATES.some((state) => isSqlState(error, state))) throw error;
    return false;
  }
}

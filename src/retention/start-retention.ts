import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import { isSqlState } from '../db/roles.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import { compactWeeks } from './compact-weeks.ts';
import { purge } from './purge.ts';

// In: the clock. Out: partitions for the days to come, and forgetting: visitors after 48 hours, events and fine
// rollups after each organization's retention, totals after 13 months; full indexes for past weeks of opens. What must never happen: a purge that fails
// and tells nobody, or one that locks a table while hits wait.

export interface Retention {
  /** Waits for the delete under way; the next start goes on where it ended. */
  stop(): Promise<void>;
}

export interface RetentionOptions {
  readonly databases: Databases;
  readonly clock: Clock;
  readonly log: Log;
}

const PURGE_INTERVAL_MS = 3_600_000;
/** Partitions exist this far ahead, so that a fortnight without this job breaks nothing. */
const PARTITION_DAYS_AHEAD = 14;

/** Runs once now, without being waited for beyond the partitions, and then every hour. */
export async function startRetention(options: RetentionOptions): Promise<Retention> {
  const { databases, clock, log } = options;
  await ensurePartitions(databases, clock.now());
  const stopping = new AbortController();
  let underWay = run(options, stopping.signal);
  const timer = setInterval(() => {
    underWay = underWay.then(() => run(options, stopping.signal));
  }, PURGE_INTERVAL_MS);
  timer.unref();
  log.debug({ everyMs: PURGE_INTERVAL_MS }, 'retention.started');
  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await underWay;
    },
  };
}

/** Makes the partitions from `now` (milliseconds) to 14 days ahead; those that are there stay as they are. */
export async function ensurePartitions(databases: Databases, now: number): Promise<void> {
  const last = now + PARTITION_DAYS_AHEAD * DAY_MS;
  const query = sql`select app_private.ensure_partitions(to_timestamp(${now}::float8 / 1000), to_timestamp(${last}::float8 / 1000))`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await query.execute(databases.system);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !isSqlState(error, DEADLOCK)) throw error;
    }
  }
}

/** Batches take the two tables' locks in another order; the loser of a deadlock waited a second and comes again. */
const DEADLOCK = '40P01';
const ATTEMPTS_MAX = 10;

/** A failure is told and tried again in an hour: nothing is lost by forgetting later. */
async function run({ databases, clock, log }: RetentionOptions, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  try {
    await ensurePartitions(databases, clock.now());
    const purged = await purge(databases, clock.now(), signal);
    const compacted = await compactWeeks(databases, clock.now(), signal);
    log.info({ ...purged, compacted, ms: Math.round(performance.now() - startedAt) }, 'retention.purged');
  } catch (error) {
    log.error({ error: error instanceof Error ? error.message : 'unknown' }, 'retention.failed');
  }
}

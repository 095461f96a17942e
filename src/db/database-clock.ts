import { sql } from 'kysely';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import type { Databases } from './open-databases.ts';

/** This machine's time until the database's is known, and then the database's. */
export interface DatabaseClock extends Clock {
  /** Looks at the database's clock now, and from then on by itself. Throws when it cannot be had. */
  look(): Promise<void>;
  stop(): void;
}

/** A clock that drifts by 100 ppm is 1 ms off by then; a machine that was suspended is right again. */
const EVERY_MS = 10_000;
/** While the database's time is not known. */
const RETRY_MS = 1_000;
const JUMP_MS_LEAST = 10_000;

/**
 * The time that all processes of an installation share. What this machine's own clock does moves nothing once the
 * database was reached: the time between two looks is counted by the clock that only goes forward, and goes on so
 * while the database is away.
 */
export function startDatabaseClock(databases: Pick<Databases, 'system'>, log: Log, everyMs = EVERY_MS): DatabaseClock {
  let offsetMs: number | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isStopped = false;
  const look = async (): Promise<void> => {
    const next = await readOffset(databases);
    if (Math.abs(next - (offsetMs ?? next)) > JUMP_MS_LEAST)
      log.warn({ byMs: Math.round(next - (offsetMs ?? next)) }, 'clock.database_jumped');
    offsetMs = next;
  };
  const keepLooking = async (): Promise<void> => {
    // While the database is away the last look counts.
    await look().catch(() => undefined);
    if (isStopped) return;
    timer = setTimeout(keepLooking, offsetMs === null ? Math.min(RETRY_MS, everyMs) : everyMs).unref();
  };
  void keepLooking();
  return {
    now: () => (offsetMs === null ? Date.now() : Math.round(performance.now() + offsetMs)),
    look,
    stop() {
      isStopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/**
 * Of the questions the one that was answered soonest: the clock was read somewhere between question and answer, so half
 * of that time is the most it is wrong by (RFC 5905, section 8). The first question may have to connect, and the clock
 * is read at the end of that.
 */
async function readOffset({ system }: Pick<Databases, 'system'>): Promise<number> {
  let soonestMs = Number.POSITIVE_INFINITY;
  let offsetMs = 0;
  for (let asked = 0; asked < QUESTIONS; asked += 1) {
    const askedAt = performance.now();
    const { rows } = await sql<{
      now: number;
    }>`select extract(epoch from clock_timestamp())::float8 * 1000 as now`.execute(system);
    const tookMs = performance.now() - askedAt;
    if (tookMs >= soonestMs) continue;
    soonestMs = tookMs;
    offsetMs = (rows[0]?.now ?? 0) - (askedAt + tookMs / 2);
  }
  return offsetMs;
}

const QUESTIONS = 3;

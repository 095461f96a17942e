import { randomBytes } from 'node:crypto';
import type { Databases } from '../db/open-databases.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { Clock } from '../kit/clock.ts';
import { seal, unseal } from '../kit/crypto.ts';
import type { Log } from '../kit/log.ts';

// The random keys under which the collector hashes addresses, one per UTC day. In: the clock. Out: snapshots of the
// keys of a day and the day before. A key is made a day ahead, shared by all nodes through the table, derived from
// nothing, and destroyed at D+2 00:00 UTC: from then on nobody can tell what was hashed under it.

export interface DayKeys {
  /** The keys for a hit of this UTC day (days since the epoch). Null where there is none: such a hit has no visitor. */
  snapshot(day: number): VisitorKeySnapshot;
  /** Whether today's key is at hand: readiness asks. */
  hasToday(): boolean;
  stop(): Promise<void>;
}

export interface VisitorKeySnapshot {
  readonly day: number;
  readonly today: Buffer | null;
  readonly yesterday: Buffer | null;
}

export interface DayKeysOptions {
  readonly databases: Databases;
  /** toPurposeKey(appSecret, 'visitor-key'). */
  readonly keySecret: Buffer;
  readonly clock: Clock;
  readonly log: Log;
  /** How often keys are made, read again and destroyed. */
  readonly refreshMs?: number;
}

const KEY_BYTES = 32;
const REFRESH_MS = 60_000;
/** While today's key is missing the database is asked this often. */
const MISSING_REFRESH_MS = 1_000;

/** Reads or makes the keys at once; a database that is away is asked again, never thrown at the caller. */
export async function startDayKeys(options: DayKeysOptions): Promise<DayKeys> {
  const { clock, log } = options;
  let keys: ReadonlyMap<number, Buffer> = new Map();
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const hasToday = () => keys.has(toDay(clock.now()));
  const refresh = async (): Promise<void> => {
    const today = toDay(clock.now());
    try {
      keys = await readKeys(options, today);
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'day_keys.database_away');
    }
    keys = forget(keys, toDay(clock.now()) - 1);
    if (isStopped) return;
    timer = setTimeout(next, hasToday() ? (options.refreshMs ?? REFRESH_MS) : MISSING_REFRESH_MS);
    timer.unref();
  };
  let running = refresh();
  const next = (): void => {
    running = refresh();
  };
  await running;
  return {
    snapshot: (day) => {
      const oldest = toDay(clock.now()) - 1;
      const read = (wanted: number) => (wanted < oldest ? null : (keys.get(wanted) ?? null));
      return { day, today: read(day), yesterday: read(day - 1) };
    },
    hasToday,
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await running;
      keys = new Map();
    },
  };
}

function toDay(at: number): number {
  return Math.floor(at / DAY_MS);
}

/**
 * Makes what is missing of yesterday's, today's and tomorrow's key, destroys what is older, and reads back what all
 * nodes share. Yesterday's is made too on a first start, so that the first midnight has a pair.
 */
async function readKeys(options: DayKeysOptions, today: number): Promise<ReadonlyMap<number, Buffer>> {
  const { databases, keySecret } = options;
  const rows = [today - 1, today, today + 1].map((day) => ({
    day: toDate(day),
    key_sealed: seal(keySecret, randomBytes(KEY_BYTES), toDate(day)),
  }));
  await databases.system
    .insertInto('visitor_keys')
    .values(rows)
    .onConflict((conflict) => conflict.column('day').doNothing())
    .execute();
  await databases.system
    .deleteFrom('visitor_keys')
    .where('day', '<', toDate(today - 1))
    .execute();
  const stored = await databases.system.selectFrom('visitor_keys').select(['day', 'key_sealed']).execute();
  return new Map(stored.map((row) => [Date.parse(row.day) / DAY_MS, unsealKey(keySecret, row)]));
}

function unsealKey(keySecret: Buffer, row: { day: string; key_sealed: Buffer }): Buffer {
  try {
    return unseal(keySecret, row.key_sealed, row.day);
  } catch {
    throw new Error(`the key of ${row.day} was sealed under another APP_SECRET`);
  }
}

function forget(keys: ReadonlyMap<number, Buffer>, oldest: number): ReadonlyMap<number, Buffer> {
  return new Map([...keys].filter(([day]) => day >= oldest));
}

function toDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

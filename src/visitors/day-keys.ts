import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { VisitorKeySnapshot } from '../domain/visitor-keys.ts';
import type { Clock } from '../kit/clock.ts';
import { seal, unseal } from '../kit/crypto.ts';
import type { Log } from '../kit/log.ts';

// The random keys that client addresses are hashed under, one for each UTC day. Key D is made a day ahead, shared by
// all nodes through its row, sealed there under a key of APP_SECRET, and destroyed everywhere at D+2 00:00 UTC. What
// must never happen: two keys for one day, a key kept longer, a key that could be made again from anything.

export interface DayKeysOptions {
  readonly databases: Databases;
  /** `toPurposeKey(appSecret, 'visitor-key')`. */
  readonly keySecret: Buffer;
  readonly clock: Clock;
  readonly log: Log;
}

export interface DayKeys {
  /** From memory, the same object until something changes. `day`: UTC days since the epoch. */
  snapshot(day: number): VisitorKeySnapshot;
  /** Whether today's key is at hand: readiness asks. */
  hasToday(): boolean;
  /** Makes, reads and destroys what is due now; happens by itself every minute and at each UTC midnight. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

/** Answers after the first refresh, also when the database was away: then there are no keys until it is back. */
export async function startDayKeys(options: DayKeysOptions): Promise<DayKeys> {
  const keys = new RefreshedDayKeys(options);
  await keys.refresh();
  return keys;
}

const REFRESH_MS = 60_000;
/** While the database is away or today's key is missing. */
const RETRY_MS = 1_000;
const KEY_BYTES = 32;

class RefreshedDayKeys implements DayKeys {
  readonly #options: DayKeysOptions;
  readonly #keys = new Map<number, Buffer>();
  #snapshot: VisitorKeySnapshot = { day: -1, today: null, yesterday: null };
  #today = -1;
  #timer: NodeJS.Timeout | null = null;
  #refreshing: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: DayKeysOptions) {
    this.#options = options;
  }

  snapshot(day: number): VisitorKeySnapshot {
    this.#forgetOld();
    if (this.#snapshot.day !== day) {
      this.#snapshot = { day, today: this.#keys.get(day) ?? null, yesterday: this.#keys.get(day - 1) ?? null };
    }
    return this.#snapshot;
  }

  hasToday(): boolean {
    return this.snapshot(this.#toToday()).today !== null;
  }

  refresh(): Promise<void> {
    // After the one under way, which may have looked at the clock before midnight.
    const running = (this.#refreshing ?? Promise.resolve()).then(() => this.#refreshOnce());
    this.#refreshing = running;
    return running;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#refreshing;
  }

  async #refreshOnce(): Promise<void> {
    this.#forgetOld();
    let isFresh = false;
    try {
      const today = this.#toToday();
      await this.#destroyOld(today);
      await this.#make([today, today + 1]);
      await this.#read(today - 1);
      isFresh = this.#keys.has(today);
    } catch (error) {
      this.#options.log.warn({ error: String(error), keys: this.#keys.size }, 'day_keys.refresh_failed');
    }
    this.#refreshAfter(isFresh ? REFRESH_MS : RETRY_MS);
  }

  #refreshAfter(afterMs: number): void {
    if (this.#isStopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const untilMidnightMs = DAY_MS - (this.#options.clock.now() % DAY_MS);
    this.#timer = setTimeout(() => this.refresh(), Math.min(afterMs, untilMidnightMs + 1)).unref();
  }

  #toToday(): number {
    return Math.floor(this.#options.clock.now() / DAY_MS);
  }

  /** From memory, without the database: overwritten, since the buffer would otherwise live until it is collected. */
  #forgetOld(): void {
    const today = this.#toToday();
    if (today === this.#today) return;
    this.#today = today;
    for (const [day, key] of this.#keys) {
      if (day >= today - 1) continue;
      this.#keys.delete(day);
      key.fill(0);
      this.#snapshot = { day: -1, today: null, yesterday: null };
    }
    // A clock that jumped: each hit until the next refresh would have no visitor.
    if (!this.#keys.has(today)) this.#refreshAfter(RETRY_MS);
  }

  /** The database's clock must agree: one node whose clock ran ahead must not take the key from all the others. */
  async #destroyOld(today: number): Promise<void> {
    await this.#options.databases.system
      .deleteFrom('visitor_keys')
      .where('day', '<', sql<string>`least(${toDate(today)}::date, (now() at time zone 'utc')::date) - 1`)
      .execute();
  }

  /** Of several nodes the first to insert wins. A key this node has and the table lost is offered again. */
  async #make(days: readonly number[]): Promise<void> {
    const { databases, keySecret } = this.#options;
    const rows = days.map((day) => {
      const key = this.#keys.get(day) ?? randomBytes(KEY_BYTES);
      return { day: toDate(day), key_sealed: seal(keySecret, key, toDate(day)) };
    });
    await databases.system
      .insertInto('visitor_keys')
      .values(rows)
      .onConflict((conflict) => conflict.column('day').doNothing())
      .execute();
  }

  async #read(firstDay: number): Promise<void> {
    const rows = await this.#options.databases.system
      .selectFrom('visitor_keys')
      .select(['day', 'key_sealed'])
      .where('day', '>=', toDate(firstDay))
      .execute();
    for (const { day, key_sealed } of rows) {
      const key = this.#unseal(day, key_sealed);
      const number = Date.parse(`${day}T00:00:00Z`) / DAY_MS;
      // An equal key keeps its buffer, so that what was hashed under it need not be hashed again.
      if (key === null || this.#keys.get(number)?.equals(key)) continue;
      this.#keys.set(number, key);
      this.#snapshot = { day: -1, today: null, yesterday: null };
    }
  }

  /** Null, and hits without visitors, rather than a second key for a day that other nodes may be hashing under. */
  #unseal(day: string, sealed: Buffer): Buffer | null {
    try {
      return unseal(this.#options.keySecret, sealed, day);
    } catch {
      this.#options.log.error({ day, hint: 'sealed under another APP_SECRET' }, 'day_keys.unreadable');
      return null;
    }
  }
}

/** "YYYY-MM-DD" of a UTC day since the epoch. */
function toDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

import type { ThrottledHits, ThrottleLimit, TrackingType } from '../domain/hit.ts';

export interface ThrottledHit {
  readonly trackingType: TrackingType;
  readonly token: string;
  /** May be written over afterwards. */
  readonly tokenHash: Buffer;
  readonly limit: ThrottleLimit;
  readonly now: number;
}

/** Sums hits over a limit, so that a flood costs the spool one record a second for each pixel and limit. */
export class ThrottledCounts {
  readonly #store: (record: ThrottledHits) => void;
  readonly #counts = new Map<string, ThrottledHits & { hits: number }>();
  #timer: NodeJS.Timeout | null = null;

  constructor(store: (record: ThrottledHits) => void) {
    this.#store = store;
  }

  /** False when a flood of other pixels leaves no room in this second: then only the metric knows. */
  add({ trackingType, token, tokenHash, limit, now }: ThrottledHit): boolean {
    const key = `${trackingType}${limit}${token}`;
    const count = this.#counts.get(key);
    if (count !== undefined) {
      count.hits += 1;
      return true;
    }
    if (this.#counts.size >= PIXELS_MAX) return false;
    const kept = Buffer.from(tokenHash);
    this.#counts.set(key, { kind: 'throttled', hitAt: now, trackingType, tokenHash: kept, limit, hits: 1 });
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
    return true;
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const record of this.#counts.values()) this.#store(record);
    this.#counts.clear();
  }
}

const FLUSH_MS = 1_000;
const PIXELS_MAX = 2_048;

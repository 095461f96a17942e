/**
 * Counts events by key over the last minute in a fixed piece of memory: each key adds to one cell in each of two rows,
 * and the smaller cell counts. It never counts too few; it counts too many only when both cells are shared with busy
 * keys (2 in 10,000 keys at 2,000 busy ones). The last whole window weighs in by the share of it that the last minute
 * still covers, so a burst over a window's edge is not let through twice.
 */
export class WindowCounts {
  #current = new Uint32Array(2 * CELLS);
  #previous = new Uint32Array(2 * CELLS);
  #window = 0;
  #previousShare = 0;

  /** To be called before the others; a clock that jumps empties the counts. */
  roll(now: number): void {
    const window = Math.floor(now / WINDOW_MS);
    this.#previousShare = 1 - (now - window * WINDOW_MS) / WINDOW_MS;
    if (window === this.#window) return;
    const isNext = window === this.#window + 1;
    [this.#current, this.#previous] = [this.#previous, this.#current];
    this.#current.fill(0);
    if (!isNext) this.#previous.fill(0);
    this.#window = window;
  }

  /** True when one more would exceed `limit` per minute. `a` and `b`: two independent 32-bit hashes of the key. */
  isAtLimit(a: number, b: number, limit: number): boolean {
    return Math.min(this.#read(a >>> SHIFT), this.#read(CELLS + (b >>> SHIFT))) > limit - 1;
  }

  add(a: number, b: number): void {
    this.#increase(a >>> SHIFT);
    this.#increase(CELLS + (b >>> SHIFT));
  }

  #read(cell: number): number {
    return (this.#current[cell] ?? 0) + (this.#previous[cell] ?? 0) * this.#previousShare;
  }

  #increase(cell: number): void {
    this.#current[cell] = (this.#current[cell] ?? 0) + 1;
  }
}

const WINDOW_MS = 60_000;
const CELL_BITS = 17;
const CELLS = 2 ** CELL_BITS;
const SHIFT = 32 - CELL_BITS;

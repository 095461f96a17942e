/**
 * Counts events by key over the last minute in a fixed piece of memory: each key adds to one cell in each of two rows,
 * and the smaller cell counts. It never counts too few; it counts too many only when both cells are shared with busy
 * keys (2 in 10,000 keys at 2,000 busy ones). The last whole window weighs in by the share of it that the last minute
 * still covers, so a burst over a window's edge is not let through twice.
 *
 * Several collectors may count as one: each takes its changes now and then, somebody adds them up cell by cell, and each
 * learns the sums. Nothing here waits for that.
 */
export class WindowCounts {
  #current = new Uint32Array(2 * CELLS);
  #previous = new Uint32Array(2 * CELLS);
  #window = 0;
  #previousShare = 0;
  /** What others have not been told of this window, by cell; null where nobody shares. */
  readonly #untold: Uint32Array | null;
  #changed: number[] = [];
  /** The same of a window that has ended. */
  #late: CellChanges = { window: 0, changes: [] };

  constructor(isShared = false) {
    this.#untold = isShared ? new Uint32Array(2 * CELLS) : null;
  }

  /** To be called before the others; a clock that jumps empties the counts. */
  roll(now: number): void {
    const window = Math.floor(now / WINDOW_MS);
    this.#previousShare = 1 - (now - window * WINDOW_MS) / WINDOW_MS;
    if (window === this.#window) return;
    const isNext = window === this.#window + 1;
    this.#late = { window: this.#window, changes: this.#drain(this.#changed.length) };
    [this.#current, this.#previous] = [this.#previous, this.#current];
    this.#current.fill(0);
    if (!isNext) this.#previous.fill(0);
    this.#window = window;
  }

  /** True when one more would exceed `limit` per minute. `a` and `b`: two independent 32-bit hashes of the key. */
  isAtLimit(a: number, b: number, limit: number): boolean {
    return Math.min(this.#read(a >>> SHIFT), this.#read(CELLS + (b >>> SHIFT))) > limit - 1;
  }

  /** `isTold` false: others must not learn of this key. */
  add(a: number, b: number, isTold = true): void {
    this.#increase(a >>> SHIFT, isTold);
    this.#increase(CELLS + (b >>> SHIFT), isTold);
  }

  /** Cells of which the others do not know everything. */
  get untoldCells(): number {
    return this.#changed.length + this.#late.changes.length;
  }

  /** What was added since the last call, oldest window first, at most `cellsMax` cells; the rest comes next time. */
  takeChanges(cellsMax: number): readonly CellChanges[] {
    const { window, changes } = this.#late;
    const late = changes.splice(0, cellsMax);
    const fresh = this.#drain(cellsMax - late.length);
    return [
      { window, changes: late },
      { window: this.#window, changes: fresh },
    ].filter(({ changes: some }) => some.length > 0);
  }

  /** Of a cell of `window`: all collectors' sum in it, and in the window before. */
  learn(window: number, { cell, sum, before }: CellSums): void {
    if (window === this.#window) {
      raise(this.#current, cell, sum + (this.#untold?.[cell] ?? 0));
      raise(this.#previous, cell, before);
    } else if (window === this.#window - 1) raise(this.#previous, cell, sum);
  }

  #read(cell: number): number {
    return (this.#current[cell] ?? 0) + (this.#previous[cell] ?? 0) * this.#previousShare;
  }

  #increase(cell: number, isTold: boolean): void {
    this.#current[cell] = (this.#current[cell] ?? 0) + 1;
    if (this.#untold === null || !isTold) return;
    if (this.#untold[cell] === 0) this.#changed.push(cell);
    this.#untold[cell] = (this.#untold[cell] ?? 0) + 1;
  }

  #drain(cellsMax: number): CellChange[] {
    const untold = this.#untold;
    if (untold === null) return [];
    return this.#changed.splice(0, cellsMax).map((cell) => {
      const added = untold[cell] ?? 0;
      untold[cell] = 0;
      return { cell, added };
    });
  }
}

/** A window is a minute since the epoch. */
export interface CellChanges {
  readonly window: number;
  readonly changes: CellChange[];
}

export interface CellChange {
  readonly cell: number;
  readonly added: number;
}

export interface CellSums {
  readonly cell: number;
  readonly sum: number;
  readonly before: number;
}

export const WINDOW_MS = 60_000;
const CELL_BITS = 17;
const CELLS = 2 ** CELL_BITS;
const SHIFT = 32 - CELL_BITS;

/** Never below what is known here: a Redis that has forgotten must not open a limit. */
function raise(counts: Uint32Array, cell: number, sum: number): void {
  counts[cell] = Math.max(counts[cell] ?? 0, Math.min(sum, 0xffffffff));
}

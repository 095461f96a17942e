/**
 * The keys that hits of one UTC day are hashed under: that day's and the one of the day before, 32 random bytes each,
 * null where there is none. Made and destroyed by visitors/, used by collect/, stored unsealed nowhere.
 */
export interface VisitorKeySnapshot {
  /** Days since the epoch (UTC) of `today`. */
  readonly day: number;
  readonly today: Buffer | null;
  readonly yesterday: Buffer | null;
}

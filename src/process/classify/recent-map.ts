/** A map of bounded size that forgets what was not asked for lately. */
export interface RecentMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

/**
 * Holds two generations of at most `generationMax` entries: a full one becomes the old one, the old one goes whole.
 * What is asked for moves to the young one, so nothing in use is lost, and no list of uses has to be kept.
 */
export function createRecentMap<Value>(generationMax: number): RecentMap<Value> {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();
  const set = (key: string, value: Value): void => {
    if (young.size >= generationMax) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  };
  return {
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const kept = old.get(key);
      if (kept !== undefined) set(key, kept);
      return kept;
    },
    set,
  };
}

/** Of a list in order, each group in that order; what has no key (null) is in none. */
export function toGroups<T, K extends string | number>(
  list: readonly T[],
  toKey: (one: T) => K | null,
): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const one of list) {
    const key = toKey(one);
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
}

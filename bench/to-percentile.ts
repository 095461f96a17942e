/** Of numbers in ascending order: the least that so large a part does not exceed; 0 of none. */
export function toPercentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

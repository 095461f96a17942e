/** Spreads every bit of a 32-bit value over all bits of the result (the finaliser of MurmurHash3, public domain). */
export function spreadBits(value: number, seed: number): number {
  let hash = value ^ seed;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

import { createHmac } from 'node:crypto';
import { ADDRESS_HASH_BYTES, type AddressHashes } from '../domain/hit.ts';
import type { VisitorKeySnapshot } from '../domain/visitor-keys.ts';

/**
 * The keyed hashes of a parsed address (parseAddress's version and words) under both keys; null where there is no key,
 * or no address (version 0). IPv4: its four bytes, also when mapped into IPv6; IPv6: the eight bytes of its /64, since
 * a reader roams inside it. Whoever compares a client with a hit must hash by this and nothing else.
 */
export function hashAddress(version: 4 | 6 | 0, words: Uint32Array, keys: VisitorKeySnapshot): AddressHashes {
  if (version === 0) return { day: keys.day, today: null, yesterday: null, isLoopback: false };
  const [first = 0, second = 0, third = 0, fourth = 0] = words;
  const bytes = toCanonicalBytes(version, version === 4 ? fourth : first, second);
  return {
    day: keys.day,
    today: toHash(keys.today, bytes),
    yesterday: toHash(keys.yesterday, bytes),
    isLoopback: version === 4 ? fourth >>> 24 === 127 : first === 0 && second === 0 && third === 0 && fourth === 1,
  };
}

function toCanonicalBytes(version: 4 | 6, first: number, second: number): Buffer {
  const bytes = Buffer.alloc(version === 4 ? 4 : 8);
  bytes.writeUInt32BE(first, 0);
  if (version === 6) bytes.writeUInt32BE(second, 4);
  return bytes;
}

function toHash(key: Buffer | null, bytes: Buffer): Uint8Array | null {
  return key === null ? null : createHmac('sha256', key).update(bytes).digest().subarray(0, ADDRESS_HASH_BYTES);
}

import { randomInt } from 'node:crypto';
import { ADDRESS_HASH_BYTES, type AddressHashes } from '../domain/hit.ts';
import { NETWORK_CLASSES, type NetworkClass } from '../domain/network-class.ts';
import type { VisitorKeySnapshot } from '../domain/visitor-keys.ts';
import { hashUnderKey, isLoopback } from '../networks/hash-address.ts';
import { parseAddress } from '../networks/parse-address.ts';
import { spreadBits } from './spread-bits.ts';

/** What a hit needs of its client's address. Holds nothing the address could be read back from without the day keys. */
export interface Client {
  readonly hashes: AddressHashes;
  readonly networkClass: NetworkClass;
  /** IPv4, or the upper 64 bits of IPv6: what the per-address limit counts by. 0 and 0 when there is no address. */
  readonly high: number;
  readonly low: number;
}

export interface AddressBookOptions {
  visitorKeys(day: number): VisitorKeySnapshot;
  toNetworkClass(address: string): NetworkClass;
}

/**
 * Hashes addresses and remembers the last ones, in memory only and for at most KEEP_MS: mail proxies send many hits
 * from one address, and two HMACs and a class cost as much as all the rest of a hit. A table of fixed size, 1.7 MB: a
 * map of objects made a third of the collector's garbage.
 */
export class AddressBook {
  readonly #options: AddressBookOptions;
  readonly #seed = randomInt(2 ** 32);
  /** WORDS for each cell: the address's four, then its class and version, 0 where the cell is empty. */
  readonly #words = new Uint32Array(CELLS * WORDS);
  readonly #hashes = new Uint8Array(CELLS * HASHES_BYTES);
  #keys: VisitorKeySnapshot = { day: -1, today: null, yesterday: null };
  #clearedAt = 0;
  #nextWay = 0;
  readonly #shown = new ShownClient();

  constructor(options: AddressBookOptions) {
    this.#options = options;
  }

  /**
   * `day`: the hit's UTC day since the epoch. Text that is no address has no hashes and the class `unknown`. The answer
   * is one object that the next call writes over.
   */
  toClient(address: string, day: number, now: number): Client {
    this.#clearWhenDue(day, now);
    const version = parseAddress(address, parsed);
    if (version === 0) return { ...NOBODY, hashes: { ...NOBODY.hashes, day } };
    if (version === 4) parsed.fill(0, 0, 3);
    const first = WAYS * (spreadBits(toSum(parsed), this.#seed) & (CELLS / WAYS - 1));
    for (let cell = first; cell < first + WAYS; cell += 1) {
      if (this.#isAt(cell, version)) return this.#show(cell, version);
    }
    this.#nextWay = (this.#nextWay + 1) & (WAYS - 1);
    const cell = first + this.#nextWay;
    this.#learn(cell, version, address);
    return this.#show(cell, version);
  }

  /** After KEEP_MS, and when the keys are others, nothing is left of what was known. */
  #clearWhenDue(day: number, now: number): void {
    const keys = this.#options.visitorKeys(day);
    const { today, yesterday } = this.#keys;
    const isStale = now - this.#clearedAt >= KEEP_MS || now < this.#clearedAt;
    if (!isStale && day === this.#keys.day && keys.today === today && keys.yesterday === yesterday) return;
    this.#keys = { day, today: keys.today, yesterday: keys.yesterday };
    this.#clearedAt = now;
    this.#words.fill(0);
    this.#hashes.fill(0);
  }

  #isAt(cell: number, version: 4 | 6): boolean {
    const words = this.#words;
    const at = cell * WORDS;
    return (
      words[at + 3] === parsed[3] &&
      ((words[at + 4] ?? 0) & VERSION_BITS) === version &&
      words[at] === parsed[0] &&
      words[at + 1] === parsed[1] &&
      words[at + 2] === parsed[2]
    );
  }

  #learn(cell: number, version: 4 | 6, address: string): void {
    const { today, yesterday } = this.#keys;
    const code = NETWORK_CLASSES.indexOf(this.#options.toNetworkClass(address));
    this.#words.set(parsed, cell * WORDS);
    this.#words[cell * WORDS + 4] = (code << CLASS_SHIFT) | version;
    const at = cell * HASHES_BYTES;
    if (today !== null) write(hashUnderKey(version, parsed, today), this.#hashes, at);
    if (yesterday !== null) write(hashUnderKey(version, parsed, yesterday), this.#hashes, at + ADDRESS_HASH_BYTES);
  }

  #show(cell: number, version: 4 | 6): Client {
    const shown = this.#shown;
    const { hashes } = shown;
    shown.high = (version === 4 ? parsed[3] : parsed[0]) ?? 0;
    shown.low = version === 4 ? 0 : (parsed[1] ?? 0);
    shown.networkClass = NETWORK_CLASSES[(this.#words[cell * WORDS + 4] ?? 0) >>> CLASS_SHIFT] ?? 'unknown';
    hashes.day = this.#keys.day;
    hashes.isLoopback = isLoopback(version, parsed);
    hashes.today = this.#keys.today === null ? null : this.#copy(cell * HASHES_BYTES, shown.today);
    hashes.yesterday =
      this.#keys.yesterday === null ? null : this.#copy(cell * HASHES_BYTES + ADDRESS_HASH_BYTES, shown.yesterday);
    return shown;
  }

  #copy(from: number, target: Uint8Array): Uint8Array {
    for (let at = 0; at < ADDRESS_HASH_BYTES; at += 1) target[at] = this.#hashes[from + at] ?? 0;
    return target;
  }
}

class ShownClient implements Client {
  readonly today = new Uint8Array(ADDRESS_HASH_BYTES);
  readonly yesterday = new Uint8Array(ADDRESS_HASH_BYTES);
  readonly hashes: { -readonly [name in keyof AddressHashes]: AddressHashes[name] } = { ...NOBODY.hashes };
  networkClass: NetworkClass = 'unknown';
  high = 0;
  low = 0;
}

const NOBODY: Client = {
  hashes: { day: -1, today: null, yesterday: null, isLoopback: false },
  networkClass: 'unknown',
  high: 0,
  low: 0,
};

const KEEP_MS = 600_000;
const CELLS = 32_768;
/** An address has its place in one of so many cells. */
const WAYS = 4;
const WORDS = 5;
const HASHES_BYTES = 2 * ADDRESS_HASH_BYTES;
const VERSION_BITS = 7;
const CLASS_SHIFT = 3;

const parsed = new Uint32Array(4);

function toSum(words: Uint32Array): number {
  const high = Math.imul(words[0] ?? 0, 31) ^ (words[1] ?? 0);
  return Math.imul(Math.imul(high, 31) ^ (words[2] ?? 0), 31) ^ (words[3] ?? 0);
}

function write(text: string, target: Uint8Array, from: number): void {
  for (let at = 0; at < text.length; at += 1) target[from + at] = text.charCodeAt(at);
}

import type { AddressHashes } from '../domain/hit.ts';
import type { NetworkClass } from '../domain/network-class.ts';
import type { VisitorKeySnapshot } from '../domain/visitor-keys.ts';
import { hashAddress } from '../networks/hash-address.ts';
import { parseAddress } from '../networks/parse-address.ts';

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
 * from one address, and two HMACs cost as much as all the rest of a hit.
 */
export class AddressBook {
  readonly #options: AddressBookOptions;
  #keys: VisitorKeySnapshot = { day: -1, today: null, yesterday: null };
  #clearedAt = 0;
  #young = new Map<string, Client>();
  #old = new Map<string, Client>();

  constructor(options: AddressBookOptions) {
    this.#options = options;
  }

  /** `day`: the hit's UTC day since the epoch. Text that is no address has no hashes and the class `unknown`. */
  toClient(address: string, day: number, now: number): Client {
    const keys = this.#options.visitorKeys(day);
    const { today, yesterday } = this.#keys;
    const isStale = now - this.#clearedAt >= KEEP_MS || now < this.#clearedAt;
    if (isStale || day !== this.#keys.day || keys.today !== today || keys.yesterday !== yesterday) {
      this.#keys = { day, today: keys.today, yesterday: keys.yesterday };
      this.#clearedAt = now;
      this.#young = new Map();
      this.#old = new Map();
    }
    const known = this.#young.get(address);
    if (known !== undefined) return known;
    const client = this.#old.get(address) ?? toClient(address, this.#keys, this.#options.toNetworkClass);
    this.#remember(address, client);
    return client;
  }

  /** Two halves instead of an order of use: the older half goes as a whole when the younger is full. */
  #remember(address: string, client: Client): void {
    if (this.#young.size >= ADDRESSES_MAX / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(address, client);
  }
}

const ADDRESSES_MAX = 16_384;
const KEEP_MS = 600_000;

const words = new Uint32Array(4);

function toClient(
  address: string,
  keys: VisitorKeySnapshot,
  toNetworkClass: AddressBookOptions['toNetworkClass'],
): Client {
  const version = parseAddress(address, words);
  const hashes = hashAddress(version, words, keys);
  if (version === 0) return { hashes, networkClass: 'unknown', high: 0, low: 0 };
  const [first = 0, second = 0, , fourth = 0] = words;
  const [high, low] = version === 4 ? [fourth, 0] : [first, second];
  return { hashes, networkClass: toNetworkClass(address), high, low };
}

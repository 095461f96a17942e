import { randomBytes } from 'node:crypto';
import { type ThrottleLimit, type TrackingType, USER_AGENT_CHARS_MAX } from '../domain/hit.ts';
import { NETWORK_CLASSES, type NetworkClass } from '../domain/network-class.ts';
import type { Client } from './address-book.ts';
import { spreadBits } from './spread-bits.ts';
import { WindowCounts } from './window-counts.ts';

export interface CollectLimits {
  /** Recorded hits per minute of a campaign's pixel; a user's pixel takes ten times it. */
  readonly pixelPerMinute: number;
  /** Recorded hits per minute of one address (IPv6: its /64), mail proxies' networks excepted. */
  readonly addressPerMinute: number;
}

/** What the limits look at. */
export interface ThrottleQuestion {
  readonly trackingType: TrackingType;
  readonly tokenHash: Buffer;
  readonly client: Client;
  readonly userAgent: string;
  readonly now: number;
}

/**
 * Decides which hits are recorded (product.md section 3). Loads of one pixel by one client, or by one mail proxy's
 * network, within 10 s of the first become one open later, so they do not use the limits up; they have a limit of
 * their own, ten times as high, since each is a record all the same. Memory is fixed: 9 MB, whatever comes, and 4 more
 * where several collectors count as one.
 */
export class Throttle {
  readonly #limits: CollectLimits;
  readonly #seeds: Seeds;
  readonly #isShared: boolean;
  readonly #pixels: WindowCounts;
  readonly #addresses: WindowCounts;
  readonly #pixelRepeats: WindowCounts;
  readonly #addressRepeats: WindowCounts;
  readonly #folds = new Folds();

  /** `sharedKey`: 32 secret bytes that all collectors of an installation have; null where there is one. */
  constructor(limits: CollectLimits, sharedKey: Buffer | null = null) {
    this.#limits = limits;
    this.#isShared = sharedKey !== null;
    this.#seeds = toSeeds(sharedKey ?? randomBytes(12));
    this.#pixels = new WindowCounts(this.#isShared);
    this.#addresses = new WindowCounts(this.#isShared);
    this.#pixelRepeats = new WindowCounts(this.#isShared);
    this.#addressRepeats = new WindowCounts(this.#isShared);
  }

  /** What the collectors of an installation add up, each under a name. */
  get counts(): ReadonlyMap<string, WindowCounts> {
    return new Map([
      ['pixels', this.#pixels],
      ['addresses', this.#addresses],
      ['pixel_repeats', this.#pixelRepeats],
      ['address_repeats', this.#addressRepeats],
    ]);
  }

  /** Null: record it, and it is counted. Otherwise the limit that it is over. */
  decide(question: ThrottleQuestion): ThrottleLimit | null {
    const { client, now, tokenHash } = question;
    const { seedA, seedB, seedC } = this.#seeds;
    const salt = question.trackingType === 'user' ? seedA : seedB;
    const pixelA = spreadBits(tokenHash.readInt32LE(0), salt);
    const pixelB = spreadBits(tokenHash.readInt32LE(4), salt);
    const isProxied = PROXY_CLASSES.has(client.networkClass);
    // Others may learn of an address by its hash under the day's key and nothing else; without one it stays here.
    const hashed = this.#isShared ? client.hashes.today : null;
    const addressA = hashed ? toWord(hashed, 0) : spreadBits(client.high ^ spreadBits(client.low, seedC), seedA);
    const addressB = hashed ? toWord(hashed, 4) : spreadBits(client.high ^ spreadBits(client.low, seedB), seedC);
    const reader = isProxied ? NETWORK_CLASSES.indexOf(client.networkClass) : addressA;
    const reading = spreadBits(reader ^ toTextHash(question.userAgent, seedA), seedB);
    const foldA = spreadBits(pixelA ^ reading, seedC);
    const foldB = spreadBits(pixelB ^ reading, seedA);

    const isRepeat = this.#folds.has(foldA, foldB, now);
    const pixels = isRepeat ? this.#pixelRepeats : this.#pixels;
    const addresses = isRepeat ? this.#addressRepeats : this.#addresses;
    const times = isRepeat ? REPEATS_FACTOR : 1;
    const pixelLimit = this.#limits.pixelPerMinute * (question.trackingType === 'user' ? USER_PIXEL_FACTOR : 1);
    const hasAddressLimit = !isProxied && client.networkClass !== 'unknown';
    pixels.roll(now);
    addresses.roll(now);
    if (pixels.isAtLimit(pixelA, pixelB, pixelLimit * times)) return 'pixel';
    if (hasAddressLimit && addresses.isAtLimit(addressA, addressB, this.#limits.addressPerMinute * times)) {
      return 'client_ip';
    }
    pixels.add(pixelA, pixelB);
    if (hasAddressLimit) addresses.add(addressA, addressB, hashed !== null);
    if (!isRepeat) this.#folds.begin(foldA, foldB, now);
    return null;
  }
}

/** One address of these speaks for thousands of readers. */
const PROXY_CLASSES: ReadonlySet<NetworkClass> = new Set([
  'google_proxy',
  'apple_relay',
  'yahoo',
  'mail_provider',
  'microsoft',
]);

const USER_PIXEL_FACTOR = 10;
/** Gmail's storms of some 500 loads of one image pass; a pixel fetched in a loop does not. */
const REPEATS_FACTOR = 10;
const FOLD_MS = 10_000;
const FOLD_CELLS = 2 ** 16;

/** Which readers loaded which pixel within the last 10 s. One that is pushed out by another only costs a limit more. */
class Folds {
  readonly #tags = new Int32Array(FOLD_CELLS);
  readonly #begunAt = new Float64Array(FOLD_CELLS).fill(Number.NEGATIVE_INFINITY);

  has(a: number, b: number, now: number): boolean {
    const cell = a & (FOLD_CELLS - 1);
    const age = now - (this.#begunAt[cell] ?? 0);
    return this.#tags[cell] === b && age >= 0 && age < FOLD_MS;
  }

  begin(a: number, b: number, now: number): void {
    const cell = a & (FOLD_CELLS - 1);
    this.#tags[cell] = b;
    this.#begunAt[cell] = now;
  }
}

/** Secret: nobody can choose keys that share another one's cell. */
interface Seeds {
  readonly seedA: number;
  readonly seedB: number;
  readonly seedC: number;
}

function toSeeds(bytes: Buffer): Seeds {
  return { seedA: bytes.readInt32LE(0), seedB: bytes.readInt32LE(4), seedC: bytes.readInt32LE(8) };
}

function toWord(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return a | (b << 8) | (c << 16) | (d << 24);
}

/** FNV-1a over the text's first 512 characters. */
function toTextHash(text: string, seed: number): number {
  const length = Math.min(text.length, USER_AGENT_CHARS_MAX);
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

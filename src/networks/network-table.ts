import { NETWORK_CLASSES, type NetworkClass } from '../domain/network-class.ts';
import { parseAddress } from './parse-address.ts';
import type { AddressRange } from './parse-range.ts';

/** Answers which class an address is in. Never throws: text that is no address is `unknown`. */
export interface NetworkTable {
  toNetworkClass(address: string): NetworkClass;
  /** Address intervals held, both versions together. */
  readonly intervals: number;
}

/** The addresses of one class, as a publisher lists them; lists may overlap. */
export interface ClassRanges {
  readonly networkClass: NetworkClass;
  readonly ranges: readonly AddressRange[];
}

/**
 * Builds the look-up: where ranges overlap, the class that comes first in CLASS_PRIORITY wins. The result is a list
 * of boundaries, each with the class that holds from there to the next, searched by halving.
 */
export function buildNetworkTable(lists: readonly ClassRanges[]): NetworkTable {
  const v4 = toBoundaries(lists, 4);
  const v6 = toBoundaries(lists, 6);
  const starts4 = Uint32Array.from(v4, (boundary) => Number(boundary.start));
  const codes4 = Uint8Array.from(v4, (boundary) => boundary.code);
  const starts6 = toWords(v6);
  const codes6 = Uint8Array.from(v6, (boundary) => boundary.code);
  const words = new Uint32Array(4);
  return {
    intervals: v4.length + v6.length,
    toNetworkClass(address) {
      const version = parseAddress(address, words);
      if (version === 0) return 'unknown';
      const code = version === 4 ? codes4[findIpv4(starts4, words[3] ?? 0)] : codes6[findIpv6(starts6, words)];
      return NETWORK_CLASSES[code ?? EYEBALL] ?? 'eyeball';
    },
  };
}

/** The more exactly a list says what fetches from there, the earlier. An address nobody lists is `eyeball`. */
const CLASS_PRIORITY: readonly NetworkClass[] = [
  'private',
  'google_proxy',
  'apple_relay',
  'mail_gateway',
  'security_vendor',
  'yahoo',
  'mail_provider',
  'relay',
  'microsoft',
  'cloud',
  'google',
];

const EYEBALL = NETWORK_CLASSES.indexOf('eyeball');

interface Boundary {
  readonly start: bigint;
  readonly code: number;
}

/** Sweeps over all range ends once, counting per class how many of its ranges are open. */
function toBoundaries(lists: readonly ClassRanges[], version: 4 | 6): Boundary[] {
  const ends: { at: bigint; priority: number; step: 1 | -1 }[] = [];
  for (const { networkClass, ranges } of lists) {
    const priority = CLASS_PRIORITY.indexOf(networkClass);
    for (const range of ranges) {
      if (range.version !== version) continue;
      ends.push({ at: range.first, priority, step: 1 }, { at: range.last + 1n, priority, step: -1 });
    }
  }
  ends.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const open = CLASS_PRIORITY.map(() => 0);
  const boundaries: Boundary[] = [{ start: 0n, code: EYEBALL }];
  const size = version === 4 ? 1n << 32n : 1n << 128n;
  for (let index = 0; index < ends.length; ) {
    const at = ends[index]?.at ?? 0n;
    for (; ends[index]?.at === at; index += 1) {
      const end = ends[index];
      if (end) open[end.priority] = (open[end.priority] ?? 0) + end.step;
    }
    if (at < size) pushBoundary(boundaries, at, toOpenCode(open));
  }
  return boundaries;
}

function toOpenCode(open: readonly number[]): number {
  const name = CLASS_PRIORITY[open.findIndex((count) => count > 0)];
  return name === undefined ? EYEBALL : NETWORK_CLASSES.indexOf(name);
}

function pushBoundary(boundaries: Boundary[], start: bigint, code: number): void {
  const last = boundaries.at(-1);
  if (last?.code === code) return;
  if (last?.start === start) boundaries.pop();
  if (boundaries.at(-1)?.code !== code) boundaries.push({ start, code });
}

/** Four words a boundary, the highest first. */
function toWords(boundaries: readonly Boundary[]): Uint32Array {
  const words = new Uint32Array(boundaries.length * 4);
  boundaries.forEach(({ start }, index) => {
    for (let word = 0; word < 4; word += 1)
      words[index * 4 + word] = Number((start >> BigInt(96 - 32 * word)) & 0xffffffffn);
  });
  return words;
}

/** The last boundary at or before the address; the first one is address 0. */
function findIpv4(starts: Uint32Array, address: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] ?? 0) <= address) low = middle;
    else high = middle - 1;
  }
  return low;
}

function findIpv6(starts: Uint32Array, words: Uint32Array): number {
  let low = 0;
  let high = starts.length / 4 - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (isAtOrBefore(starts, middle * 4, words)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function isAtOrBefore(starts: Uint32Array, offset: number, words: Uint32Array): boolean {
  for (let word = 0; word < 4; word += 1) {
    const start = starts[offset + word] ?? 0;
    const own = words[word] ?? 0;
    if (start !== own) return start < own;
  }
  return true;
}

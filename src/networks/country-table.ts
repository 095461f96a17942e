import { parseAddress } from './parse-address.ts';

// Address → country, from a compact table made at build time. Read only where an organization asks for the country of
// its human opens; the answer is two letters, never anything finer.

export interface CountryTable {
  /** ISO 3166-1 alpha-2, null where the address is in no country's block or is no address. */
  toCountry(address: string): string | null;
  readonly ranges: number;
}

export interface CountryRange {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly country: string;
}

const MAGIC = 0x4d54_4331;
const HEADER_BYTES = 16;

/**
 * Encodes sorted, disjoint ranges of one version after the other: header (magic, counts of IPv4 and IPv6 boundaries,
 * count of codes), codes of two letters, IPv4 boundaries (u32) and their codes (u8), IPv6 boundaries (the upper 64
 * bits as two u32) and their codes. Code 0 is no country. About 2 MB for 210,000 ranges.
 */
export function encodeCountries(ranges: Iterable<CountryRange>): Buffer {
  const codes: string[] = ['--'];
  const v4: Boundary[] = [{ start: 0n, code: 0 }];
  const v6: Boundary[] = [{ start: 0n, code: 0 }];
  for (const range of ranges) {
    if (!codes.includes(range.country)) codes.push(range.country);
    const shift = range.version === 4 ? 0n : 64n;
    addRange(range.version === 4 ? v4 : v6, {
      first: range.first >> shift,
      last: range.last >> shift,
      highest: range.version === 4 ? 0xffff_ffffn : 0xffff_ffff_ffff_ffffn,
      code: codes.indexOf(range.country),
    });
  }
  if (codes.length > CODES_MAX) throw new Error(`more than ${CODES_MAX} country codes`);
  const header = Buffer.alloc(HEADER_BYTES);
  [MAGIC, v4.length, v6.length, codes.length].forEach((value, index) => {
    header.writeUInt32LE(value, index * 4);
  });
  const letters = Buffer.from(codes.join('').padEnd(Math.ceil(codes.length / 2) * 4));
  return Buffer.concat([header, letters, toWords(v4, 1), toCodes(v4), toWords(v6, 2), toCodes(v6)]);
}

const CODES_MAX = 255;

interface Boundary {
  readonly start: bigint;
  code: number;
}

/** Ranges that share a /64 with the one before give way to it. */
function addRange(boundaries: Boundary[], range: { first: bigint; last: bigint; highest: bigint; code: number }): void {
  const tail = boundaries.at(-1);
  if (tail === undefined || range.first < tail.start) return;
  if (tail.start === range.first) tail.code = range.code;
  else if (tail.code !== range.code) boundaries.push({ start: range.first, code: range.code });
  if (range.last < range.highest) boundaries.push({ start: range.last + 1n, code: 0 });
}

function toWords(boundaries: readonly Boundary[], wordsEach: 1 | 2): Buffer {
  const bytes = Buffer.alloc(boundaries.length * 4 * wordsEach);
  boundaries.forEach(({ start }, index) => {
    if (wordsEach === 2) bytes.writeUInt32LE(Number((start >> 32n) & 0xffff_ffffn), index * 8);
    bytes.writeUInt32LE(Number(start & 0xffff_ffffn), index * 4 * wordsEach + (wordsEach === 2 ? 4 : 0));
  });
  return bytes;
}

/** Padded to whole words, so that what follows can be read as such. */
function toCodes(boundaries: readonly Boundary[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil(boundaries.length / 4) * 4);
  boundaries.forEach(({ code }, index) => {
    bytes[index] = code;
  });
  return bytes;
}

/** Throws when the bytes are not what encodeCountries makes. */
export function readCountryTable(bytes: Buffer): CountryTable {
  const [magic, count4, count6, countCodes] = [0, 4, 8, 12].map((at) =>
    bytes.length < HEADER_BYTES ? 0 : bytes.readUInt32LE(at),
  );
  if (magic !== MAGIC || !count4 || !count6 || !countCodes)
    throw new Error('the country table is damaged: build again');
  let at = HEADER_BYTES;
  const take = (length: number) => {
    if (at + length > bytes.length) throw new Error('the country table is cut short: build again');
    const part = new Uint8Array(length);
    part.set(bytes.subarray(at, at + length));
    at += length;
    return part;
  };
  const letters = Buffer.from(take(Math.ceil(countCodes / 2) * 4)).toString('latin1');
  const starts4 = new Uint32Array(take(count4 * 4).buffer);
  const codes4 = take(Math.ceil(count4 / 4) * 4);
  const starts6 = new Uint32Array(take(count6 * 8).buffer);
  const codes6 = take(Math.ceil(count6 / 4) * 4);
  const words = new Uint32Array(4);
  return {
    ranges: count4 + count6,
    toCountry(address) {
      const version = parseAddress(address, words);
      if (version === 0) return null;
      const code =
        version === 4
          ? codes4[findIpv4(starts4, words[3] ?? 0)]
          : codes6[findIpv6(starts6, words[0] ?? 0, words[1] ?? 0)];
      return code ? letters.slice(code * 2, code * 2 + 2) : null;
    },
  };
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

function findIpv6(starts: Uint32Array, first: number, second: number): number {
  let low = 0;
  let high = starts.length / 2 - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    const start = starts[middle * 2] ?? 0;
    if (start < first || (start === first && (starts[middle * 2 + 1] ?? 0) <= second)) low = middle;
    else high = middle - 1;
  }
  return low;
}

import { parseAddress } from './parse-address.ts';

/** Addresses from `first` to `last`, both included, as numbers of 32 (version 4) or 128 bits (version 6). */
export interface AddressRange {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** Parses "192.0.2.0/24", "2001:db8::/32", a single address, or "first-last". Null when it is none of these. */
export function parseRange(text: string): AddressRange | null {
  const dash = text.indexOf('-');
  if (dash !== -1) return toSpan(parseNumber(text.slice(0, dash)), parseNumber(text.slice(dash + 1)));
  const slash = text.indexOf('/');
  const address = parseNumber(slash === -1 ? text : text.slice(0, slash));
  if (address === null) return null;
  const bits = address.version === 4 ? 32 : 128;
  const prefixText = slash === -1 ? String(bits) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(prefixText) || Number(prefixText) > bits) return null;
  const mask = (1n << BigInt(bits - Number(prefixText))) - 1n;
  return { version: address.version, first: address.number & ~mask, last: address.number | mask };
}

/** Sorts ranges and joins those that overlap or touch: publishers list many small neighbours. */
export function mergeRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const sorted = [...ranges].sort(
    (a, b) => a.version - b.version || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0),
  );
  const merged: { version: 4 | 6; first: bigint; last: bigint }[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && last.version === range.version && range.first <= last.last + 1n) {
      if (range.last > last.last) last.last = range.last;
    } else merged.push({ ...range });
  }
  return merged;
}

/** "first-last", readable by `parseRange`. */
export function toRangeText(range: AddressRange): string {
  return `${toAddressText(range.version, range.first)}-${toAddressText(range.version, range.last)}`;
}

interface AddressNumber {
  readonly version: 4 | 6;
  readonly number: bigint;
}

function parseNumber(text: string): AddressNumber | null {
  const words = new Uint32Array(4);
  const version = parseAddress(text, words);
  if (version === 0) return null;
  if (version === 4) return { version, number: BigInt(words[3] ?? 0) };
  return { version, number: words.reduce((number, word) => (number << 32n) | BigInt(word), 0n) };
}

function toSpan(first: AddressNumber | null, last: AddressNumber | null): AddressRange | null {
  if (first === null || last === null || first.version !== last.version || first.number > last.number) return null;
  return { version: first.version, first: first.number, last: last.number };
}

function toAddressText(version: 4 | 6, number: bigint): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join('.');
  return Array.from({ length: 8 }, (_, group) => ((number >> BigInt(112 - 16 * group)) & 0xffffn).toString(16)).join(
    ':',
  );
}

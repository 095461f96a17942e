/**
 * Parses an IPv4 or IPv6 address into four 32-bit words, without an allocation: it runs once per hit. Returns the
 * version that was read (an IPv4-mapped IPv6 address reads as 4, its number in `words[3]`), or 0 when the text is no
 * address. IPv4 needs four decimal parts without leading zeros, which some programs read as octal. A zone ("%eth0")
 * is ignored.
 */
export function parseAddress(text: string, words: Uint32Array): 4 | 6 | 0 {
  const length = text.length;
  if (length < 2 || length > ADDRESS_CHARS_MAX) return 0;
  if (text.indexOf(':') === -1) {
    const number = parseIpv4(text, 0, length);
    words[3] = number;
    return number < 0 ? 0 : 4;
  }
  if (!parseIpv6(text, words)) return 0;
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff ? 4 : 6;
}

/** The longest IPv6 text (45 characters, with an IPv4 tail) and a zone of an interface name's length. */
const ADDRESS_CHARS_MAX = 64;

const DOT = 46;
const COLON = 58;

/** The 32-bit number of `text` from `from` to `to`, or -1. */
function parseIpv4(text: string, from: number, to: number): number {
  let number = 0;
  let parts = 0;
  let value = -1;
  for (let index = from; index < to; index += 1) {
    const code = text.charCodeAt(index);
    if (code === DOT) {
      if (value < 0 || parts === 3) return -1;
      number = number * 256 + value;
      parts += 1;
      value = -1;
      continue;
    }
    const digit = code - 48;
    if (digit < 0 || digit > 9 || value === 0) return -1;
    value = value < 0 ? digit : value * 10 + digit;
    if (value > 255) return -1;
  }
  return parts === 3 && value >= 0 ? number * 256 + value : -1;
}

const groups = new Uint16Array(8);

function parseIpv6(text: string, words: Uint32Array): boolean {
  const zone = text.indexOf('%');
  const end = zone === -1 ? text.length : zone;
  if (zone !== -1 && zone === text.length - 1) return false;
  let count = 0;
  let gap = -1;
  let index = 0;
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false;
    gap = 0;
    index = 2;
  }
  while (index < end) {
    if (count === 8) return false;
    const stop = toGroupEnd(text, index, end);
    if (stop < end && text.charCodeAt(stop) === DOT) {
      if (!readIpv4Tail(text, index, { end, count })) return false;
      count += 2;
      index = end;
      break;
    }
    const value = parseHex(text, index, stop);
    if (value < 0) return false;
    groups[count] = value;
    count += 1;
    if (stop === end) {
      index = end;
      break;
    }
    index = stop + 1;
    if (index === end) return false;
    if (text.charCodeAt(index) === COLON) {
      if (gap !== -1) return false;
      gap = count;
      index += 1;
    }
  }
  return spread(count, gap, words);
}

/** Where the group ends: at a colon, at the dot of an IPv4 tail, or at the end. */
function toGroupEnd(text: string, from: number, end: number): number {
  let index = from;
  while (index < end) {
    const code = text.charCodeAt(index);
    if (code === COLON || code === DOT) break;
    index += 1;
  }
  return index;
}

function readIpv4Tail(text: string, from: number, at: { readonly end: number; readonly count: number }): boolean {
  const number = at.count > 6 ? -1 : parseIpv4(text, from, at.end);
  if (number < 0) return false;
  groups[at.count] = number >>> 16;
  groups[at.count + 1] = number & 0xffff;
  return true;
}

function parseHex(text: string, from: number, to: number): number {
  if (to === from || to - from > 4) return -1;
  let value = 0;
  for (let index = from; index < to; index += 1) {
    const code = text.charCodeAt(index) | 32;
    const digit = code <= 57 ? code - 48 : code - 87;
    if (digit < 0 || digit > 15 || (code > 57 && code < 97)) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** Puts `count` groups into words, the zeros of "::" before group `gap`; -1 means there was none. */
function spread(count: number, gap: number, words: Uint32Array): boolean {
  if (gap === -1 ? count !== 8 : count > 7) return false;
  const zeros = 8 - count;
  for (let word = 0; word < 4; word += 1) {
    words[word] = toGroup(word * 2, gap, zeros) * 65_536 + toGroup(word * 2 + 1, gap, zeros);
  }
  return true;
}

function toGroup(position: number, gap: number, zeros: number): number {
  if (gap === -1 || position < gap) return groups[position] ?? 0;
  if (position < gap + zeros) return 0;
  return groups[position - zeros] ?? 0;
}

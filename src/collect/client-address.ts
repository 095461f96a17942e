import { parseAddress } from '../networks/parse-address.ts';
import { type AddressRange, parseRange } from '../networks/parse-range.ts';

/** Answers the address a request came from, given the socket's own and the X-Forwarded-For header. */
export type ToClientAddress = (socketAddress: string, forwardedFor: string | undefined) => string;

/**
 * The header is a claim of whoever sent it: it is read from its right end, one entry for each proxy that is trusted,
 * and no further. `trustProxy` is a number of hops, or the proxies' addresses and CIDRs; 0 or empty: the socket's
 * address counts. An entry that is no address ends the walk at the proxy that told it.
 */
export function createToClientAddress(trustProxy: readonly string[] | number): ToClientAddress {
  const isTrusted = typeof trustProxy === 'number' ? isWithinHops(trustProxy) : isWithinRanges(trustProxy);
  return (socketAddress, forwardedFor) => {
    if (forwardedFor === undefined || !isTrusted(socketAddress, 0)) return socketAddress;
    let address = socketAddress;
    let end = forwardedFor.length;
    for (let hop = 0; hop < HOPS_MAX && end > 0 && isTrusted(address, hop); hop += 1) {
      const comma = forwardedFor.lastIndexOf(',', end - 1);
      const entry = toAddress(forwardedFor.slice(comma + 1, end));
      if (entry === null) return address;
      address = entry;
      end = comma;
    }
    return address;
  };
}

type IsTrusted = (address: string, hop: number) => boolean;

/** More proxies in a row than anybody has; bounds the work of a header of commas. */
const HOPS_MAX = 32;
/** Proxies have few addresses, so their verdicts fit; others are asked again. */
const VERDICTS_MAX = 1_024;

function isWithinHops(hops: number): IsTrusted {
  return (_, hop) => hop < hops;
}

function isWithinRanges(texts: readonly string[]): IsTrusted {
  if (texts.length === 0) return () => false;
  const ranges = texts.map(toRange);
  const verdicts = new Map<string, boolean>();
  return (address) => {
    const known = verdicts.get(address);
    if (known !== undefined) return known;
    const own = parseRange(address.replace(/%.*$/, ''));
    const isInside = own !== null && ranges.some((range) => holds(range, own));
    if (verdicts.size < VERDICTS_MAX) verdicts.set(address, isInside);
    return isInside;
  };
}

function toRange(text: string): AddressRange {
  const range = parseRange(text);
  if (range === null) throw new Error(`TRUST_PROXY: "${text}" is no address and no CIDR`);
  return range;
}

function holds(range: AddressRange, address: AddressRange): boolean {
  return range.version === address.version && range.first <= address.first && address.last <= range.last;
}

const words = new Uint32Array(4);

/** Some proxies add the port, to IPv6 in brackets. Null when what is left is no address. */
function toAddress(entry: string): string | null {
  const text = entry.trim();
  if (parseAddress(text, words) !== 0) return text;
  const [, bracketed, plain] = /^(?:\[([0-9a-fA-F:.]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  return address !== undefined && parseAddress(address, words) !== 0 ? address : null;
}

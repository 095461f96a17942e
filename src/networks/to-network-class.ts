import type { NetworkClass } from '../domain/network-class.ts';
import { DOCUMENTED_LISTS, type DocumentedList } from './documented-lists.ts';
import { buildNetworkTable } from './network-table.ts';
import { type AddressRange, parseRange } from './parse-range.ts';

// An address enters, the class of its network leaves, in well under a microsecond and without an allocation. An
// address no list names is `eyeball`, a text that is no address `unknown`. What must never happen: an address kept,
// logged or thrown in an error.

/** The class of an IPv4, IPv6 or IPv4-mapped address by the documented ranges that ship with the product. */
export function toNetworkClass(address: string): NetworkClass {
  return builtIn.toNetworkClass(address);
}

/** The ranges of a shipped list. Throws when one of its blocks is wrong. */
export function toDocumentedRanges(list: DocumentedList): AddressRange[] {
  return list.cidrs.trim().split(/\s+/).map(toRange);
}

function toRange(text: string): AddressRange {
  const range = parseRange(text);
  if (range === null) throw new Error(`documented range "${text}" is no range`);
  return range;
}

const builtIn = buildNetworkTable(
  DOCUMENTED_LISTS.map((list) => ({ networkClass: list.networkClass, ranges: toDocumentedRanges(list) })),
);

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NetworkClass } from '../domain/network-class.ts';
import { buildNetworkTable } from './network-table.ts';
import { mergeRanges, parseRange, toRangeText } from './parse-range.ts';

function toTable(lists: readonly (readonly [NetworkClass, ...string[]])[]) {
  return buildNetworkTable(
    lists.map(([networkClass, ...texts]) => ({
      networkClass,
      ranges: texts.flatMap((text) => parseRange(text) ?? []),
    })),
  );
}

describe('a table of networks', () => {
  test.each([
    ['10.1.0.0', 'cloud'],
    ['10.1.255.255', 'cloud'],
    ['10.0.255.255', 'eyeball'],
    ['10.2.0.0', 'eyeball'],
    ['::ffff:10.1.2.3', 'cloud'],
    ['0.0.0.0', 'microsoft'],
    ['255.255.255.255', 'microsoft'],
    ['2001:db8::1', 'relay'],
    ['2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 'relay'],
    ['2001:db9::', 'eyeball'],
    ['2001:db7:ffff::', 'eyeball'],
    ['::', 'eyeball'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'yahoo'],
    ['not an address', 'unknown'],
  ])('%s is %s, to the first and last address of a range', (address, networkClass) => {
    const table = toTable([
      ['cloud', '10.1.0.0/16'],
      ['microsoft', '0.0.0.0/32', '255.255.255.255/32'],
      ['relay', '2001:db8::/32'],
      ['yahoo', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128'],
    ]);
    expect(table.toNetworkClass(address)).toBe(networkClass);
  });

  test('lets the more exact list win where two overlap, in whatever order they come', () => {
    const google = ['google', '66.249.64.0/19'] as const;
    const pool = ['google_proxy', '66.249.80.0/22'] as const;
    for (const table of [toTable([google, pool]), toTable([pool, google])]) {
      expect(table.toNetworkClass('66.249.80.1')).toBe('google_proxy');
      expect(table.toNetworkClass('66.249.84.1')).toBe('google');
      expect(table.toNetworkClass('66.249.79.255')).toBe('google');
    }
  });

  test('answers as a walk over all ranges does, for thousands of overlapping ones', () => {
    const range = fc
      .tuple(fc.nat(0xffff), fc.integer({ min: 20, max: 32 }))
      .map(([n, bits]) => `192.168.${n >> 8}.${n & 255}/${bits}`);
    const lists = fc.tuple(fc.array(range, { maxLength: 40 }), fc.array(range, { maxLength: 40 }));
    fc.assert(
      fc.property(lists, fc.array(fc.nat(0xffff), { maxLength: 60 }), ([pool, cloud], hosts) => {
        const table = toTable([
          ['cloud', ...cloud],
          ['google_proxy', ...pool],
        ]);
        for (const host of hosts) {
          const address = `192.168.${host >> 8}.${host & 255}`;
          const expected = isIn(address, pool) ? 'google_proxy' : isIn(address, cloud) ? 'cloud' : 'eyeball';
          expect(table.toNetworkClass(address)).toBe(expected);
        }
      }),
    );
  });

  test('without ranges calls every address a reader’s', () => {
    expect(toTable([]).toNetworkClass('192.0.2.1')).toBe('eyeball');
    expect(toTable([]).toNetworkClass('2001:db8::1')).toBe('eyeball');
  });
});

describe('ranges', () => {
  test.each([
    ['192.0.2.0/24', '192.0.2.0-192.0.2.255'],
    ['192.0.2.77/24', '192.0.2.0-192.0.2.255'],
    ['192.0.2.1', '192.0.2.1-192.0.2.1'],
    ['192.0.2.1-192.0.2.9', '192.0.2.1-192.0.2.9'],
    ['0.0.0.0/0', '0.0.0.0-255.255.255.255'],
    ['2001:db8::/126', '2001:db8:0:0:0:0:0:0-2001:db8:0:0:0:0:0:3'],
  ])('%s spans %s', (text, span) => {
    const range = parseRange(text);
    expect(range && toRangeText(range)).toBe(span);
    expect(parseRange(span)).toEqual(range);
  });

  test.each([
    '',
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '192.0.2.0/',
    '2001:db8::/129',
    '9.9.9.9-1.1.1.1',
    '1.1.1.1-::1',
    'x/8',
    '1.2.3.4/2x',
  ])('%j is none', (text) => expect(parseRange(text)).toBeNull());

  test('that touch or overlap become one, and others stay apart', () => {
    const ranges = [
      '10.0.1.0/24',
      '10.0.0.0/24',
      '10.0.0.128/25',
      '10.0.3.0/24',
      '2001:db8::/33',
      '2001:db8:8000::/33',
    ];
    expect(mergeRanges(ranges.flatMap((text) => parseRange(text) ?? [])).map(toRangeText)).toEqual([
      '10.0.0.0-10.0.1.255',
      '10.0.3.0-10.0.3.255',
      '2001:db8:0:0:0:0:0:0-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    ]);
  });
});

function isIn(address: string, ranges: readonly string[]): boolean {
  const number = parseRange(address)?.first ?? -1n;
  return ranges.some((text) => {
    const range = parseRange(text);
    return range !== null && range.first <= number && number <= range.last;
  });
}

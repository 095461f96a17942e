import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { parseAddress } from './parse-address.ts';

const words = new Uint32Array(4);

/** "::192.0.2.1", which the library takes for the mapped form; RFC 4291 section 2.5.5 tells the two apart. */
const OLD_TRANSITIONAL = /^::[\d.]+$/;

/** Version and number as the library reads them, or null; the mapped form counts as IPv4, as ours does. */
function toOracle(text: string): readonly [4 | 6, bigint] | null {
  if (!ipaddr.isValid(text) || (!text.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(text))) return null;
  const parsed = ipaddr.process(text);
  const number = parsed.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return [parsed.kind() === 'ipv4' ? 4 : 6, number];
}

function parse(text: string): readonly [4 | 6, bigint] | null {
  const version = parseAddress(text, words);
  if (version === 0) return null;
  if (version === 4) return [4, BigInt(words[3] ?? 0)];
  return [6, [...words].reduce((sum, word) => (sum << 32n) | BigInt(word), 0n)];
}

describe('an address', () => {
  test('of four numbers is read as the library reads it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(parse(text)).toEqual(toOracle(text));
      }),
    );
  });

  test('of IPv6 in any spelling is read as the library reads it', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.boolean(), (text, isUpper) => {
        fc.pre(!OLD_TRANSITIONAL.test(text));
        const spelled = isUpper ? text.toUpperCase() : text;
        expect(parse(spelled)).toEqual(toOracle(spelled));
      }),
    );
  });

  test.each([
    '::',
    '::1',
    '1::',
    'fe80::1%eth0',
    '::ffff:192.0.2.128',
    '::ffff:c000:0280',
    '64:ff9b::192.0.2.33',
    'abcd::192.0.2.1',
    '2001:db8:0:0:8:800:200c:417a',
    '2001:DB8::8:800:200C:417A',
    '1:2:3:4:5:6:1.2.3.4',
    '1:2:3:4:5:6:7::',
    '0.0.0.0',
    '255.255.255.255',
  ])('%s is one', (text) => {
    expect(parse(text)).not.toBeNull();
    expect(parse(text)).toEqual(toOracle(text));
  });

  test('mapped into IPv6 is the IPv4 address it stands for, in both spellings', () => {
    expect(parse('::ffff:66.249.84.1')).toEqual(parse('66.249.84.1'));
    expect(parse('::ffff:42f9:5401')).toEqual(parse('66.249.84.1'));
  });
});

describe('what is no address', () => {
  test.each([
    '',
    ' ',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '01.2.3.4',
    '0x1.2.3.4',
    '1..2.3',
    '.1.2.3',
    '1.2.3.',
    '1.2.3.4:80',
    '[::1]',
    ':',
    ':::',
    '1:',
    ':1',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8:9',
    '12345::',
    'g::',
    '::1.2.3',
    '::1.2.3.4:5',
    '1:2:3:4:5:6:7:1.2.3.4',
    'fe80::1%',
    'localhost',
    '-1.2.3.4',
    '1.2.3.4\n',
    `${'1:'.repeat(60)}1`,
  ])('%j is refused', (text) => {
    expect(parse(text)).toBeNull();
  });

  test('is refused whenever the library refuses it, whatever the text', () => {
    const alphabet = fc.constantFrom(...'0123456789abcdefF:.:.'.split(''));
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 24 }), (text) => {
        fc.pre(!OLD_TRANSITIONAL.test(text));
        if (toOracle(text) === null) expect(parse(text)).toBeNull();
        else expect(parse(text)).toEqual(toOracle(text));
      }),
      { numRuns: 3000 },
    );
  });
});

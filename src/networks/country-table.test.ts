import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { buildCountries } from './build-countries.ts';
import { type CountryRange, encodeCountries, readCountryTable } from './country-table.ts';

function range(first: string, last: string, country: string): CountryRange {
  const toNumber = (text: string) =>
    ipaddr
      .parse(text)
      .toByteArray()
      .reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return { version: first.includes(':') ? 6 : 4, first: toNumber(first), last: toNumber(last), country };
}

const table = readCountryTable(
  encodeCountries([
    range('1.0.0.0', '1.0.0.255', 'AU'),
    range('1.0.1.0', '1.0.3.255', 'CN'),
    range('5.5.0.0', '5.5.255.255', 'DE'),
    range('255.255.255.0', '255.255.255.255', 'ZZ'),
    range('2001:200::', '2001:200:ffff:ffff:ffff:ffff:ffff:ffff', 'JP'),
    range('2001:db8::', '2001:db8:0:ffff:ffff:ffff:ffff:ffff', 'NL'),
  ]),
);

test.each([
  ['1.0.0.0', 'AU'],
  ['1.0.0.255', 'AU'],
  ['1.0.1.0', 'CN'],
  ['1.0.4.0', null],
  ['0.0.0.0', null],
  ['5.5.128.1', 'DE'],
  ['::ffff:5.5.128.1', 'DE'],
  ['255.255.255.255', 'ZZ'],
  ['2001:200:1::1', 'JP'],
  ['2001:201::', null],
  ['2001:db8:0:42::7', 'NL'],
  ['2001:db8:1::', null],
  ['ffff::', null],
  ['no address', null],
])('%s is in %s', (address, country) => {
  expect(table.toCountry(address)).toBe(country);
});

test('bytes that are cut short or of another file are refused', () => {
  const bytes = encodeCountries([range('1.0.0.0', '1.0.0.255', 'AU')]);
  expect(() => readCountryTable(bytes.subarray(0, bytes.length - 4))).toThrow('cut short');
  expect(() => readCountryTable(Buffer.from('GIF89a and more'))).toThrow('damaged');
  expect(() => readCountryTable(Buffer.alloc(0))).toThrow('damaged');
});

test('the whole table built from the data package agrees with its rows and stays under 2 MB', async () => {
  const folder = join(fileURLToPath(import.meta.resolve('@ip-location-db/asn-country/package.json')), '..');
  const files = { v4: join(folder, 'asn-country-ipv4-num.csv'), v6: join(folder, 'asn-country-ipv6-num.csv') };
  const target = join(tmpdir(), `countries-${process.pid}.bin`);
  await buildCountries(files, target);
  const bytes = await readFile(target);
  await rm(target);
  expect(bytes.length).toBeLessThan(2_000_000);
  const whole = readCountryTable(bytes);
  const rows = (await readFile(join(folder, 'asn-country-ipv4.csv'), 'utf8')).trim().split('\n');
  const sample = rows.filter((_, index) => index % 97 === 0).map((row) => row.split(','));
  const wrong = sample.filter(
    ([first = '', last = '', country]) => whole.toCountry(first) !== country || whole.toCountry(last) !== country,
  );
  expect(sample.length).toBeGreaterThan(1_000);
  expect(wrong).toEqual([]);
});

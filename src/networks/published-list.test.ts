import { describe, expect, test } from 'vitest';
import { toRangeText } from './parse-range.ts';
import {
  ListError,
  parseAmazonRanges,
  parseAppleEgress,
  parseGooglePrefixes,
  parseMicrosoftEndpoints,
} from './published-list.ts';

describe('a published list is read in its publisher’s own shape', () => {
  test('Apple’s CSV', () => {
    const [list] = parseAppleEgress('172.224.226.0/31,GB,GB-EN,London,\n2a02:26f7:b000::/64,DE,DE-BE,Berlin,\n\n');
    expect(list?.networkClass).toBe('apple_relay');
    expect(list?.ranges.map(toRangeText)).toEqual([
      '172.224.226.0-172.224.226.1',
      '2a02:26f7:b000:0:0:0:0:0-2a02:26f7:b000:0:ffff:ffff:ffff:ffff',
    ]);
  });

  test('Google’s JSON, with the moment it was made', () => {
    const text = JSON.stringify({
      creationTime: '2026-11-02T10:00:00.000000',
      prefixes: [{ ipv6Prefix: '2001:4860:4801:4000::/64' }, { ipv4Prefix: '66.249.84.0/27' }],
    });
    const [list] = parseGooglePrefixes(text, 'google_proxy');
    expect(list).toMatchObject({ networkClass: 'google_proxy', publishedAt: Date.UTC(2026, 10, 2, 10) });
    expect(list?.ranges).toHaveLength(2);
  });

  test('Microsoft’s JSON: its mail gateways apart from its services, rows without addresses passed over', () => {
    const text = JSON.stringify([
      { id: 1, urls: ['outlook.office.com'], ips: ['52.96.0.0/14', '2603:1006::/40'] },
      { id: 9, urls: ['*.protection.outlook.com'], ips: ['40.92.0.0/15'] },
      { id: 10, urls: ['*.mail.protection.outlook.com', '*.mx.microsoft'], ips: ['104.47.0.0/17'] },
      { id: 46, urls: ['*.office.net'] },
      { id: 99, ips: ['13.107.64.0/18'] },
    ]);
    expect(parseMicrosoftEndpoints(text).map(({ networkClass, ranges }) => [networkClass, ranges.length])).toEqual([
      ['mail_gateway', 2],
      ['microsoft', 3],
    ]);
  });

  test('Amazon’s JSON, with the moment it was made', () => {
    const text = JSON.stringify({
      createDate: '2026-11-02-10-00-00',
      prefixes: [{ ip_prefix: '3.5.140.0/22', region: 'ap-northeast-2' }],
      ipv6_prefixes: [{ ipv6_prefix: '2600:1f01:4830::/47' }],
    });
    expect(parseAmazonRanges(text)).toMatchObject([
      { networkClass: 'cloud', publishedAt: Date.UTC(2026, 10, 2, 10), ranges: [{ version: 4 }, { version: 6 }] },
    ]);
  });
});

describe('a list is refused whole', () => {
  const google = (prefix: object) => JSON.stringify({ prefixes: [prefix] });
  test.each([
    ['an error page', () => parseGooglePrefixes('<html>Not found</html>', 'google'), /not JSON/],
    ['another shape', () => parseGooglePrefixes('{"ranges":[]}', 'google'), /prefixes/],
    [
      'a range that is none',
      () => parseGooglePrefixes(google({ ipv4Prefix: '66.249.84.0/40' }), 'google'),
      /prefixes\[0\]/,
    ],
    ['a range without address', () => parseGooglePrefixes(google({}), 'google'), /is no range/],
    [
      'a range that swallows a continent',
      () => parseGooglePrefixes(google({ ipv4Prefix: '66.0.0.0/7' }), 'google'),
      /too wide/,
    ],
    ['an IPv6 range that does', () => parseGooglePrefixes(google({ ipv6Prefix: '2000::/12' }), 'google'), /too wide/],
    ['a line cut in the middle', () => parseAppleEgress('172.224.226.0/31,GB,,,\n172.22'), /line 2/],
    [
      'no gateway among the endpoints',
      () => parseMicrosoftEndpoints('[{"ips":["52.96.0.0/14"]}]'),
      /protection\.outlook\.com/,
    ],
  ])('%s', (_, parse, message) => {
    expect(parse).toThrow(ListError);
    expect(parse).toThrow(message);
  });
});

import { expect, test } from 'vitest';
import { DOCUMENTED_LISTS } from './documented-lists.ts';
import { toDocumentedRanges, toNetworkClass } from './to-network-class.ts';

test.each([
  ['66.249.84.1', 'google_proxy'],
  ['::ffff:66.249.84.1', 'google_proxy'],
  ['2001:4860:4801:4012::1', 'google_proxy'],
  ['66.249.66.1', 'google'],
  ['209.85.220.41', 'google'],
  ['2607:f8b0:4004::1', 'google'],
  ['34.120.5.5', 'cloud'],
  ['40.92.1.1', 'mail_gateway'],
  ['104.47.55.1', 'mail_gateway'],
  ['2a01:111:f403:c111::1', 'mail_gateway'],
  ['209.222.82.9', 'mail_gateway'],
  ['40.94.29.84', 'microsoft'],
  ['52.96.10.10', 'microsoft'],
  ['148.163.150.1', 'security_vendor'],
  ['98.137.1.1', 'yahoo'],
  ['185.70.41.1', 'mail_provider'],
  ['165.225.1.1', 'relay'],
  ['127.0.0.1', 'private'],
  ['::1', 'private'],
  ['10.20.30.40', 'private'],
  ['100.100.1.1', 'private'],
  ['fd12::1', 'private'],
  ['fe80::1%en0', 'private'],
  ['17.58.100.1', 'eyeball'],
  ['203.0.113.9', 'eyeball'],
  ['2a02:8109::1', 'eyeball'],
  ['', 'unknown'],
  ['unix:', 'unknown'],
])('%s is %s by what ships with the product', (address, networkClass) => {
  expect(toNetworkClass(address)).toBe(networkClass);
});

test('every shipped list names its publisher and its day, and every block of it is one', () => {
  for (const list of DOCUMENTED_LISTS) {
    expect(list.url).toMatch(/^https:\/\//);
    expect(list.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(toDocumentedRanges(list).length).toBeGreaterThan(0);
  }
});

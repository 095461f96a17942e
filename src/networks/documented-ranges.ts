import type { NetworkClass } from '../domain/network-class.ts';

/** A list of addresses as its publisher states it, with the day it was true. */
export interface DocumentedList {
  /** What `networks update` replaces it by; null for what no publisher's list can be downloaded for. */
  readonly source: string | null;
  readonly networkClass: NetworkClass;
  /** UTC day, "2026-09-08": the list's age counts from it. */
  readonly date: string;
  readonly url: string;
  readonly cidrs: readonly string[];
}

/**
 * What the product knows of networks before its first `networks update`: small, and only what publishers document.
 * Apple's egress list has thousands of blocks and changes daily, so it is not here: Apple's prefetch is known by its
 * agent, and certain only once the list was downloaded.
 */
export const DOCUMENTED_LISTS: readonly DocumentedList[] = [
  {
    source: null,
    networkClass: 'private',
    date: '2026-11-01',
    url: 'https://www.iana.org/assignments/iana-ipv4-special-registry/',
    cidrs: [
      '0.0.0.0/8',
      '10.0.0.0/8',
      '100.64.0.0/10',
      '127.0.0.0/8',
      '169.254.0.0/16',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '::/127',
      'fc00::/7',
      'fe80::/10',
    ],
  },
  {
    source: 'google-fetchers',
    networkClass: 'google_proxy',
    date: '2026-09-08',
    url: 'https://developers.google.com/static/crawling/ipranges/user-triggered-fetchers-google.json',
    cidrs: [
      '64.233.172.0/23',
      '66.102.6.0/23',
      '66.102.8.0/23',
      '66.249.80.0/22',
      '66.249.84.0/23',
      '66.249.88.0/24',
      '66.249.93.0/24',
      '74.125.208.0/21',
      '142.250.32.0/23',
      '172.253.181.0/24',
      '172.253.182.0/23',
      '192.178.8.0/21',
      '2001:4860:4801:4000::/55',
    ],
  },
  {
    source: 'google',
    networkClass: 'google',
    date: '2026-09-08',
    url: 'https://support.google.com/a/answer/60764',
    cidrs: [
      '64.233.160.0/19',
      '66.102.0.0/20',
      '66.249.64.0/19',
      '72.14.192.0/18',
      '74.125.0.0/16',
      '108.177.0.0/17',
      '142.250.0.0/15',
      '172.217.0.0/16',
      '172.253.0.0/16',
      '173.194.0.0/16',
      '192.178.0.0/15',
      '209.85.128.0/17',
      '216.58.192.0/19',
      '216.239.32.0/19',
      '2001:4860::/32',
      '2404:6800::/32',
      '2607:f8b0::/32',
      '2800:3f0::/32',
      '2a00:1450::/32',
      '2c0f:fb50::/32',
    ],
  },
  {
    source: 'microsoft-365-protection',
    networkClass: 'mail_gateway',
    date: '2026-09-01',
    url: 'https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges',
    cidrs: [
      '40.92.0.0/15',
      '40.107.0.0/16',
      '52.100.0.0/14',
      '52.238.78.88/32',
      '104.47.0.0/17',
      '2a01:111:f400::/48',
      '2a01:111:f403::/48',
    ],
  },
];

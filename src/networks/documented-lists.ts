import type { NetworkClass } from '../domain/network-class.ts';

/** A list of addresses as its publisher states it, with the day it was true. */
export interface DocumentedList {
  /** The source whose download replaces it; null where no publisher's list can be downloaded. */
  readonly source: string | null;
  readonly networkClass: NetworkClass;
  /** UTC day, such as "2026-09-08": the list's age counts from it. */
  readonly date: string;
  readonly url: string;
  /** Blocks in CIDR notation, separated by blanks. */
  readonly cidrs: string;
}

/**
 * What the product knows of networks before its first `networks update`: small, and only what publishers document or
 * registries state. Apple's egress list has thousands of blocks and changes daily, so it is not here: Apple's prefetch
 * is known by its agent, and certain only once that list was downloaded.
 */
export const DOCUMENTED_LISTS: readonly DocumentedList[] = [
  {
    source: null,
    networkClass: 'private',
    date: '2026-11-01',
    url: 'https://www.iana.org/assignments/iana-ipv4-special-registry/',
    cidrs: `
      0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 ::/127 fc00::/7
      fe80::/10
    `,
  },
  {
    source: 'google-fetchers',
    networkClass: 'google_proxy',
    date: '2026-09-08',
    url: 'https://developers.google.com/static/crawling/ipranges/user-triggered-fetchers-google.json',
    cidrs: `
      64.233.172.0/23 66.102.6.0/23 66.102.8.0/23 66.249.80.0/22 66.249.84.0/23 66.249.88.0/24 66.249.93.0/24
      74.125.208.0/21 142.250.32.0/23 172.253.181.0/24 172.253.182.0/23 192.178.8.0/21 2001:4860:4801:4000::/55
    `,
  },
  {
    source: 'google',
    networkClass: 'google',
    date: '2026-09-08',
    url: 'https://support.google.com/a/answer/60764',
    cidrs: `
      64.233.160.0/19 66.102.0.0/20 66.249.64.0/19 72.14.192.0/18 74.125.0.0/16 108.177.0.0/17 142.250.0.0/15
      172.217.0.0/16 172.253.0.0/16 173.194.0.0/16 192.178.0.0/15 209.85.128.0/17 216.58.192.0/19 216.239.32.0/19
      2001:4860::/32 2404:6800::/32 2607:f8b0::/32 2800:3f0::/32 2a00:1450::/32 2c0f:fb50::/32
    `,
  },
  {
    source: 'google-cloud',
    networkClass: 'cloud',
    date: '2026-09-08',
    url: 'https://cloud.google.com/compute/docs/faq#find_ip_range',
    cidrs: `
      34.64.0.0/10 34.128.0.0/10 35.184.0.0/13 35.192.0.0/12 35.208.0.0/12 35.224.0.0/12 35.240.0.0/13
      104.154.0.0/15 104.196.0.0/14 130.211.0.0/16 146.148.0.0/17
    `,
  },
  {
    // Exchange Online Protection: ids 9 and 10 of the list.
    source: 'microsoft-365',
    networkClass: 'mail_gateway',
    date: '2026-09-01',
    url: 'https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges',
    cidrs: `
      40.92.0.0/15 40.107.0.0/16 52.100.0.0/14 52.238.78.88/32 104.47.0.0/17 2a01:111:f400::/48 2a01:111:f403::/48
    `,
  },
  {
    // Barracuda Email Gateway Defense, per region.
    source: null,
    networkClass: 'mail_gateway',
    date: '2026-06-17',
    url: 'https://campus.barracuda.com/product/emailgatewaydefense/',
    cidrs: `
      3.24.133.128/25 13.200.136.128/25 15.222.16.128/25 18.133.136.96/27 18.133.136.128/26 18.184.203.224/27
      18.185.115.192/26 35.157.190.224/27 35.176.92.96/27 209.222.80.0/21
    `,
  },
  {
    // Proofpoint.
    source: null,
    networkClass: 'security_vendor',
    date: '2026-06-17',
    url: 'https://proofpoint.my.site.com/support/PPSup_SupportInfo',
    cidrs: `
      67.231.144.0/20 91.207.212.0/24 148.163.128.0/19 185.132.180.0/22 205.220.160.0/19 208.84.64.0/22
      208.86.200.0/22
    `,
  },
  {
    // Mimecast, per region.
    source: null,
    networkClass: 'security_vendor',
    date: '2026-06-17',
    url: 'https://mimecastsupport.zendesk.com (Mimecast Data Centers and URLs)',
    cidrs: `
      41.74.192.0/20 51.163.158.0/23 62.140.7.0/24 63.128.21.0/24 91.220.42.0/24 103.13.69.0/24 103.96.20.0/22
      170.10.128.0/21 185.58.84.0/22 195.130.217.0/24 205.139.110.0/23 207.211.30.0/24 216.205.24.0/24
    `,
  },
  {
    // Cisco IronPort and Trend Micro, as registered.
    source: null,
    networkClass: 'security_vendor',
    date: '2026-06-17',
    url: 'https://rdap.arin.net/registry/ip/68.232.128.0',
    cidrs: `
      68.232.128.0/19 216.71.128.0/18 216.104.0.0/19
    `,
  },
  {
    // Yahoo and AOL, as registered: no list of their proxy is published.
    source: null,
    networkClass: 'yahoo',
    date: '2026-06-17',
    url: 'https://rdap.arin.net/registry/ip/98.136.0.0',
    cidrs: `
      46.228.32.0/20 66.163.160.0/19 67.195.0.0/16 68.142.192.0/18 68.180.128.0/17 69.147.64.0/18 74.6.0.0/16
      77.238.160.0/19 87.248.96.0/19 98.136.0.0/14 106.10.128.0/17 119.160.240.0/20 124.108.96.0/19
      188.125.64.0/19 203.84.192.0/19 209.191.64.0/18 212.82.96.0/19 216.155.192.0/20 216.252.96.0/19
      217.12.0.0/20 217.146.176.0/20 2001:4998::/32 2406:2000::/32 2a00:1288::/32
    `,
  },
  {
    // Proton, Seznam, Yandex, VK (Mail.ru), Zoho and Fastmail, as registered.
    source: null,
    networkClass: 'mail_provider',
    date: '2026-06-17',
    url: 'https://rdap.db.ripe.net/',
    cidrs: `
      5.255.192.0/18 37.9.64.0/18 77.75.72.0/21 77.88.0.0/18 79.135.106.0/23 87.250.224.0/19 93.158.128.0/18
      94.100.176.0/20 95.108.128.0/17 136.143.176.0/20 185.70.40.0/22 202.12.124.0/24 204.141.32.0/23
      217.69.128.0/20
    `,
  },
  {
    // Zscaler and Netskope: the people of their customers.
    source: null,
    networkClass: 'relay',
    date: '2026-06-17',
    url: 'https://config.zscaler.com/zscaler.net/cenr',
    cidrs: `
      104.129.192.0/20 136.226.0.0/16 147.161.128.0/17 163.116.128.0/17 165.225.0.0/17 167.103.0.0/16
      170.85.0.0/16 185.46.212.0/22 199.168.148.0/22
    `,
  },
  {
    // Microsoft, as registered: Outlook on the web fetches from it, and so does Defender.
    source: null,
    networkClass: 'microsoft',
    date: '2026-06-17',
    url: 'https://rdap.arin.net/registry/entity/MSFT',
    cidrs: `
      4.144.0.0/12 4.160.0.0/11 4.192.0.0/10 13.64.0.0/11 13.104.0.0/14 20.0.0.0/11 20.33.0.0/16 20.34.0.0/15
      20.36.0.0/14 20.40.0.0/13 20.48.0.0/12 20.64.0.0/10 20.150.0.0/15 20.192.0.0/10 23.103.128.0/17 40.64.0.0/10
      48.192.0.0/10 51.4.0.0/15 51.8.0.0/16 51.10.0.0/15 51.12.0.0/15 51.51.0.0/16 51.53.0.0/16 51.103.0.0/16
      51.104.0.0/15 51.107.0.0/16 51.116.0.0/16 51.120.0.0/16 51.124.0.0/16 51.132.0.0/16 51.136.0.0/15
      51.138.0.0/16 51.140.0.0/14 51.144.0.0/15 52.96.0.0/12 52.112.0.0/14 52.120.0.0/14 52.125.0.0/16
      52.126.0.0/15 52.136.0.0/13 52.146.0.0/15 52.148.0.0/14 52.152.0.0/13 52.160.0.0/11 52.224.0.0/11
      57.150.0.0/15 57.152.0.0/13 64.4.0.0/18 65.52.0.0/14 68.154.0.0/15 68.210.0.0/15 68.218.0.0/15 68.220.0.0/15
      70.152.0.0/15 70.156.0.0/15 72.144.0.0/14 72.152.0.0/14 74.160.0.0/14 74.176.0.0/14 74.224.0.0/14
      74.234.0.0/15 74.240.0.0/14 74.248.0.0/15 85.210.0.0/16 98.64.0.0/14 98.70.0.0/15 104.40.0.0/13
      104.208.0.0/13 108.140.0.0/14 128.24.0.0/16 131.107.0.0/16 132.245.0.0/16 134.170.0.0/16 137.116.0.0/15
      137.135.0.0/16 138.91.0.0/16 145.190.0.0/15 150.171.0.0/16 157.54.0.0/15 157.56.0.0/14 158.158.0.0/16
      168.61.0.0/16 168.62.0.0/15 172.128.0.0/10 172.192.0.0/12 172.208.0.0/13 191.232.0.0/13 204.79.197.0/24
      207.46.0.0/16 213.199.128.0/18 2603:1000::/24 2620:1ec::/36 2a01:111::/32
    `,
  },
];

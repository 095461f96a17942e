import { randomUUID } from 'node:crypto';
import {
  type PublishedList,
  parseAmazonRanges,
  parseAppleEgress,
  parseGooglePrefixes,
  parseMicrosoftEndpoints,
} from './published-list.ts';

/** A publisher's own list of its addresses. */
export interface NetworkSource {
  readonly name: string;
  readonly url: string;
  /** Fewer or more ranges than this is an error page or somebody else's list, and is refused. */
  readonly rangesMin: number;
  readonly rangesMax: number;
  /** Text as downloaded to lists; throws ListError naming what is wrong. */
  parse(text: string): PublishedList[];
  /** The address to ask, where it must carry something of its own. */
  toRequestUrl?(url: string): string;
}

/** Every list that `networks update` downloads. A new one is one line here and, for a new format, one parser. */
export const NETWORK_SOURCES: readonly NetworkSource[] = [
  {
    // 280,000 lines in 2026, one per city and block; merged some 14,000 ranges.
    name: 'apple-relay',
    url: 'https://mask-api.icloud.com/egress-ip-ranges.csv',
    rangesMin: 1000,
    rangesMax: 2_000_000,
    parse: parseAppleEgress,
  },
  {
    // 494 prefixes on 2026-09-08.
    name: 'google-fetchers',
    url: 'https://developers.google.com/static/crawling/ipranges/user-triggered-fetchers-google.json',
    rangesMin: 50,
    rangesMax: 20_000,
    parse: (text) => parseGooglePrefixes(text, 'google_proxy'),
  },
  {
    name: 'google',
    url: 'https://www.gstatic.com/ipranges/goog.json',
    rangesMin: 20,
    rangesMax: 20_000,
    parse: (text) => parseGooglePrefixes(text, 'google'),
  },
  {
    name: 'google-cloud',
    url: 'https://www.gstatic.com/ipranges/cloud.json',
    rangesMin: 50,
    rangesMax: 50_000,
    parse: (text) => parseGooglePrefixes(text, 'cloud'),
  },
  {
    name: 'microsoft-365',
    url: 'https://endpoints.office.com/endpoints/worldwide',
    rangesMin: 10,
    rangesMax: 20_000,
    parse: parseMicrosoftEndpoints,
    toRequestUrl: withClientRequestId,
  },
  {
    name: 'amazon',
    url: 'https://ip-ranges.amazonaws.com/ip-ranges.json',
    rangesMin: 500,
    rangesMax: 100_000,
    parse: parseAmazonRanges,
  },
];

/** Microsoft's service refuses a request without one (learn.microsoft.com: IP Address and URL web service). */
function withClientRequestId(url: string): string {
  const target = new URL(url);
  if (!target.searchParams.has('clientrequestid')) target.searchParams.set('clientrequestid', randomUUID());
  return target.href;
}

import { createHmac, randomBytes } from 'node:crypto';
import { ADDRESS_HASH_BYTES, DAY_MS, type Hit, type SpoolBlock, type SpoolRecord } from '../../src/domain/hit.ts';
import type { NetworkClass } from '../../src/domain/network-class.ts';
import type { SeededPixel } from './seed.ts';

/** Agents of known kinds, so that a test says who fetched and not what they wrote. */
export const AGENTS = {
  outlook: 'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)',
  iphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  thunderbird: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0',
  gmail: 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
  gmailPrefetch:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0',
  applePrefetch: 'Mozilla/5.0',
  scanner: 'Barracuda Sentinel (EE)',
  bot: 'python-requests/2.32.3',
  syncAgent: 'Mac OS X/15.1 (24B83) dataaccessd/1.0',
} as const;

/** The network each of them comes from, as the collector would have found it. */
const NETWORKS: Partial<Record<keyof typeof AGENTS, NetworkClass>> = {
  gmail: 'google_proxy',
  gmailPrefetch: 'google_proxy',
  applePrefetch: 'apple_relay',
  scanner: 'mail_gateway',
  bot: 'cloud',
};

export interface HitOptions {
  /** Milliseconds, or what Date.parse reads. */
  readonly at: number | string;
  readonly by?: keyof typeof AGENTS;
  /** Null: the collector had no keys. */
  readonly address?: string | null;
  readonly trackingType?: Hit['trackingType'];
}

/** A hit as the collector writes it, its address hashed under keys that are the same in every test. */
export function makeHit(pixel: Pick<SeededPixel, 'tokenHash'>, options: HitOptions): Hit {
  const hitAt = typeof options.at === 'number' ? options.at : Date.parse(options.at);
  const by = options.by ?? 'outlook';
  const address = options.address === undefined ? '203.0.113.7' : options.address;
  const day = Math.floor(hitAt / DAY_MS);
  return {
    kind: 'hit',
    hitAt,
    trackingType: options.trackingType ?? 'user',
    tokenHash: pixel.tokenHash,
    address: {
      day,
      today: address === null ? null : toAddressHash(address, day),
      yesterday: address === null ? null : toAddressHash(address, day - 1),
      isLoopback: false,
    },
    userAgent: AGENTS[by],
    networkClass: NETWORKS[by] ?? 'eyeball',
    country: null,
    hints: { isPrefetch: false },
  };
}

export function makeBlock(records: readonly SpoolRecord[], malformed = 0): SpoolBlock {
  return { id: randomBytes(16).toString('hex'), records, malformed };
}

function toAddressHash(address: string, day: number): Buffer {
  return createHmac('sha256', `key of day ${day}`).update(address).digest().subarray(0, ADDRESS_HASH_BYTES);
}

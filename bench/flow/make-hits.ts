import { createHash } from 'node:crypto';
import { ADDRESS_HASH_BYTES, DAY_MS, type Hit } from '../../src/domain/hit.ts';
import type { NetworkClass } from '../../src/domain/network-class.ts';
import { sha256 } from '../../src/kit/crypto.ts';
import type { FilledOrganization } from '../fill-events.ts';

// Hits as the collector writes them, in about the shares that senders report: mail proxies from a few addresses,
// readers from many, some machines.

export interface HitPlan {
  readonly filled: FilledOrganization;
  /** Part of the hits that are of campaigns. */
  readonly campaigns: number;
}

export const ADDRESSES = 200_000;
const PROXY_ADDRESSES = 500;

/** Share of the hits, agent (# stands for a version that varies), network. */
const KINDS: readonly (readonly [number, string, NetworkClass])[] = [
  [0.28, 'Mozilla/5.0', 'apple_relay'],
  [0.24, 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)', 'google_proxy'],
  [
    0.14,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_# like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
    'eyeball',
  ],
  [0.12, 'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.1#326; Pro)', 'eyeball'],
  [
    0.1,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/14#.0.0.0 Safari/537.36',
    'eyeball',
  ],
  [0.06, 'Mozilla/5.0 (X11; Linux x86_64; rv:128.#) Gecko/20100101 Thunderbird/128.#.0', 'eyeball'],
  [0.04, 'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html', 'yahoo'],
  [0.02, 'python-requests/2.3#.0', 'cloud'],
];

/** Answers a function that makes one hit of a random pixel at that time. */
export function createHits({ filled, campaigns }: HitPlan): (hitAt: number) => Hit {
  const users = filled.tokens.map((token) => sha256(token));
  const ofCampaigns = toCampaignHashes(filled);
  const addresses = Array.from({ length: ADDRESSES }, (_, n) =>
    [0, 1].map((day) => createHash('sha256').update(`${n} on ${day}`).digest().subarray(0, ADDRESS_HASH_BYTES)),
  );
  return (hitAt) => {
    const isCampaign = Math.random() < campaigns;
    const hashes = isCampaign ? ofCampaigns : users;
    const [, agent, networkClass] = drawKind();
    const pool = networkClass === 'eyeball' ? ADDRESSES : PROXY_ADDRESSES;
    const address = addresses[Math.floor(Math.random() * pool)];
    return {
      kind: 'hit',
      hitAt,
      trackingType: isCampaign ? 'campaign' : 'user',
      tokenHash: hashes[Math.floor(Math.random() * hashes.length)] ?? Buffer.alloc(32),
      address: {
        day: Math.floor(hitAt / DAY_MS),
        today: address?.[0] ?? null,
        yesterday: address?.[1] ?? null,
        isLoopback: false,
      },
      userAgent: agent.replaceAll('#', () => String(Math.floor(Math.random() * 10))),
      networkClass,
      country: null,
      hints: { isPrefetch: false },
    };
  };
}

function drawKind(): (typeof KINDS)[number] {
  let rest = Math.random();
  const found = KINDS.find(([share]) => {
    rest -= share;
    return rest < 0;
  });
  return found ?? KINDS[0] ?? [1, '', 'eyeball'];
}

/** As fillEvents makes them: the campaign's id and the member's, one after the other. */
function toCampaignHashes({ campaigns, members }: FilledOrganization): readonly Buffer[] {
  return campaigns.slice(0, 10).flatMap((campaign) => members.map((member) => sha256(`${campaign}${member}`)));
}

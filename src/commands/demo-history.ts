import { createHash } from 'node:crypto';
import { ADDRESS_HASH_BYTES, DAY_MS, type Hit, type SpoolBlock, type TrackingType } from '../domain/hit.ts';
import type { NetworkClass } from '../domain/network-class.ts';

// 90 days of plausible hits as spool blocks, so that the demo's figures come from the real process stage. The same
// seed gives the same blocks with the same ids: an interrupted demo run is taken up where it stopped, nothing twice.

export interface DemoPixel {
  readonly trackingType: TrackingType;
  readonly tokenHash: Uint8Array;
  /** Reader opens on an average working day. */
  readonly opensPerWorkday: number;
}

export const DEMO_HISTORY_DAYS = 90;
const BLOCK_HITS_MAX = 500;
/** Machines fetch too: about seven hits in ten are opens that count. */
const HITS_PER_OPEN = 1.4;
/** Readers per pixel; each reads from one address with one agent. */
const READERS_PER_PIXEL = 40;

interface Agent {
  readonly weight: number;
  readonly userAgent: string;
  readonly networkClass: NetworkClass;
  readonly isPrefetch?: boolean;
}

/** Who fetches pixels, by share of hits: readers, mail proxies, private prefetch, gateways, crawlers, sync agents. */
const AGENTS: readonly Agent[] = [
  {
    weight: 24,
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0',
    networkClass: 'eyeball',
  },
  {
    weight: 14,
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
    networkClass: 'eyeball',
  },
  {
    weight: 8,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0',
    networkClass: 'eyeball',
  },
  {
    weight: 3,
    userAgent:
      'Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1',
    networkClass: 'eyeball',
  },
  {
    weight: 22,
    userAgent: 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
    networkClass: 'google_proxy',
  },
  {
    weight: 3,
    userAgent: 'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html',
    networkClass: 'yahoo',
  },
  { weight: 13, userAgent: 'Mozilla/5.0', networkClass: 'apple_relay' },
  {
    weight: 2,
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0',
    networkClass: 'google_proxy',
  },
  { weight: 4, userAgent: 'Barracuda Sentinel (EE)', networkClass: 'mail_gateway' },
  { weight: 4, userAgent: 'python-requests/2.32.3', networkClass: 'cloud' },
  { weight: 3, userAgent: 'Mac OS X/15.1 (24B83) dataaccessd/1.0', networkClass: 'eyeball' },
];

/** Local-clock weight of each hour of a working day; nights are nearly still, ten o'clock is the peak. */
const HOURS = [1, 1, 0, 0, 0, 1, 3, 8, 18, 30, 36, 28, 16, 20, 26, 24, 20, 14, 8, 6, 5, 4, 3, 2];
/** Monday first. Tuesdays are the best day, week-ends quiet. */
const WEEKDAYS = [1, 1.35, 1.1, 1.05, 0.8, 0.15, 0.12];

/**
 * The blocks of one pixel, oldest first; `endsAt` (milliseconds) is where the history stops, `seed` what makes it
 * repeatable. Hours are those of UTC shifted by one, near enough to a European working day.
 */
export function* toDemoBlocks(pixel: DemoPixel, seed: string, endsAt: number): Generator<SpoolBlock> {
  const random = createRandom(`${seed}:${Buffer.from(pixel.tokenHash).toString('hex')}`);
  const readers = Array.from({ length: READERS_PER_PIXEL }, () => AGENTS[pickWeighted(AGENT_WEIGHTS, random)] as Agent);
  const startsAt = endsAt - DEMO_HISTORY_DAYS * DAY_MS;
  let hits: Hit[] = [];
  let sequence = 0;
  for (let dayAt = Math.floor(startsAt / DAY_MS) * DAY_MS; dayAt < endsAt; dayAt += DAY_MS) {
    for (const hitAt of toHitTimes(pixel.opensPerWorkday, dayAt, random)) {
      if (hitAt < startsAt || hitAt >= endsAt) continue;
      hits.push(toHit(pixel, hitAt, readers, random));
    }
    if (hits.length >= BLOCK_HITS_MAX || dayAt + DAY_MS >= endsAt) {
      if (hits.length > 0) yield toBlock(hits, `${seed}:${sequence}`);
      sequence += 1;
      hits = [];
    }
  }
}

type Random = () => number;

function toHitTimes(opensPerWorkday: number, dayAt: number, random: Random): number[] {
  const weekday = (new Date(dayAt).getUTCDay() + 6) % 7;
  const expected = opensPerWorkday * HITS_PER_OPEN * (WEEKDAYS[weekday] ?? 1) * (0.6 + 0.8 * random());
  const count = Math.floor(expected) + (random() < expected % 1 ? 1 : 0);
  const times: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const hour = (pickWeighted(HOURS, random) + 23) % 24;
    times.push(dayAt + hour * 3_600_000 + Math.floor(random() * 3_600_000));
  }
  return times.sort((a, b) => a - b);
}

function toHit(pixel: DemoPixel, hitAt: number, readers: readonly Agent[], random: Random): Hit {
  const reader = Math.floor(random() * readers.length);
  const agent = readers[reader] as Agent;
  const day = Math.floor(hitAt / DAY_MS);
  return {
    kind: 'hit',
    hitAt,
    trackingType: pixel.trackingType,
    tokenHash: pixel.tokenHash,
    address: { day, today: toAddressHash(reader, day), yesterday: toAddressHash(reader, day - 1), isLoopback: false },
    userAgent: agent.userAgent,
    networkClass: agent.networkClass,
    country: null,
    hints: { isPrefetch: agent.isPrefetch ?? false },
  };
}

const AGENT_WEIGHTS = AGENTS.map((agent) => agent.weight);

function toAddressHash(reader: number, day: number): Uint8Array {
  return createHash('sha256').update(`demo:${reader}:${day}`).digest().subarray(0, ADDRESS_HASH_BYTES);
}

function toBlock(records: readonly Hit[], name: string): SpoolBlock {
  const token = Buffer.from(records[0]?.tokenHash ?? []).toString('hex');
  return { id: createHash('sha256').update(`demo:${token}:${name}`).digest('hex').slice(0, 32), records, malformed: 0 };
}

function pickWeighted(weights: readonly number[], random: Random): number {
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return index;
  }
  return weights.length - 1;
}

/** Mulberry32: small, fast, repeatable; not for secrets. */
function createRandom(seed: string): Random {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

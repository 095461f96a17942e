import { randomBytes } from 'node:crypto';
import type { Hit, SpoolBlock } from '../../src/domain/hit.ts';
import { type AGENTS, makeBlock, makeHit } from './hits.ts';
import type { RecountedOpen } from './recount.ts';
import type { SeededOrganization } from './seed.ts';

type Agent = keyof typeof AGENTS;

export interface RandomOrganization {
  readonly seeded: SeededOrganization;
  readonly timeZone: string;
  readonly excludeBots: boolean;
}

export interface RandomHits {
  /** Lanes may be stored side by side; each lane's blocks in their order. Some blocks are there twice. */
  readonly lanes: readonly (readonly SpoolBlock[])[];
  /** What was read, told from how the hits were made and product.md section 4, not from what is stored. */
  readonly opens: readonly RecountedOpen[];
  /** The same of each organization's one campaign, whose pixel its first member carries. */
  readonly campaignOpens: readonly RecountedOpen[];
  /** Everything that fetched a known pixel, read or not. */
  readonly readings: readonly Reading[];
}

/** What folds into one, and how many loads it took. */
export interface Reading {
  readonly memberId: string;
  readonly at: number;
  readonly agent: string;
  readonly isCampaign: boolean;
  loads: number;
}

export interface RandomPlan {
  readonly organizations: readonly RandomOrganization[];
  readonly hits: number;
  readonly from: number;
  readonly to: number;
  readonly seed: number;
}

const LANES = 3;
const HITS_PER_BLOCK = 500;
const MINUTE_MS = 60_000;
const ADDRESSES = 12;

/** Who fetches, how often, and what product.md section 4 says of it. */
const KINDS: readonly { agent: Agent; weight: number; counts: 'yes' | 'no' | 'machine'; device: string | null }[] = [
  { agent: 'outlook', weight: 30, counts: 'yes', device: 'desktop' },
  { agent: 'iphone', weight: 20, counts: 'yes', device: 'mobile' },
  { agent: 'thunderbird', weight: 10, counts: 'yes', device: 'desktop' },
  { agent: 'gmail', weight: 15, counts: 'yes', device: null },
  { agent: 'gmailPrefetch', weight: 5, counts: 'no', device: null },
  { agent: 'applePrefetch', weight: 8, counts: 'no', device: null },
  { agent: 'syncAgent', weight: 4, counts: 'no', device: null },
  { agent: 'scanner', weight: 4, counts: 'machine', device: null },
  { agent: 'bot', weight: 4, counts: 'machine', device: null },
];

/**
 * Readings begin in the fifth second of a minute and load up to three times within 9 s: what one visitor, or one mail
 * proxy, loads of one pixel in one minute is one open in any order of arrival. One member's readers of one minute sit
 * behind addresses of their own. A few hits are of a campaign's pixel or of a token nobody has.
 */
export function makeRandomHits(plan: RandomPlan): RandomHits {
  const draw = createDraw(plan.seed);
  const pick = (count: number) => Math.floor(draw() * count);
  const lanes: { at: number; hit: Hit }[][] = Array.from({ length: LANES }, () => []);
  const opens = { user: new Map<string, RecountedOpen>(), campaign: new Map<string, RecountedOpen>() };
  const readings = new Map<string, Reading>();
  for (let made = 0; made < plan.hits; ) {
    const organization = plan.organizations[pick(plan.organizations.length)];
    const memberIndex = pick(organization?.seeded.members.length ?? 0);
    const member = organization?.seeded.members[memberIndex];
    if (!organization || !member) throw new Error('nobody to read of');
    const kind = pickKind(draw());
    const minute = Math.floor((plan.from + draw() ** 0.7 * (plan.to - plan.from)) / MINUTE_MS);
    const isProxy = ['gmail', 'gmailPrefetch', 'applePrefetch'].includes(kind.agent);
    const address = `198.51.100.${isProxy ? minute % ADDRESSES : pick(ADDRESSES)}`;
    const isCampaign = draw() < 0.08;
    const isNobody = draw() < 0.02;
    const pixel = isNobody
      ? { tokenHash: randomBytes(32) }
      : isCampaign
        ? organization.seeded.campaign.pixel
        : member.pixel;
    const lane = lanes[hash(`${address} ${kind.agent}`) % LANES];
    const loads = 1 + pick(3);
    for (let load = 0; load < loads; load += 1) {
      const at = minute * MINUTE_MS + 5_000 + pick(9_000);
      const trackingType = isCampaign && !isNobody ? 'campaign' : 'user';
      lane?.push({ at, hit: makeHit(pixel, { at, by: kind.agent, address, trackingType }) });
    }
    made += loads;
    if (isNobody) continue;
    const holder = isCampaign ? organization.seeded.members[0] : member;
    const visitor = `${address} ${kind.agent}`;
    const open = { memberId: holder.memberId, at: minute * MINUTE_MS + 5_000, visitor, device: kind.device };
    const key = `${isCampaign} ${open.memberId} ${minute} ${isProxy ? kind.agent : visitor}`;
    const reading = readings.get(key) ?? {
      memberId: open.memberId,
      at: open.at,
      agent: kind.agent,
      isCampaign,
      loads: 0,
    };
    reading.loads += loads;
    readings.set(key, reading);
    if (kind.counts === 'no' || (kind.counts === 'machine' && organization.excludeBots)) continue;
    opens[isCampaign ? 'campaign' : 'user'].set(key, open);
  }
  return {
    lanes: lanes.map((lane) => toBlocks(lane, draw)),
    opens: [...opens.user.values()],
    campaignOpens: [...opens.campaign.values()],
    readings: [...readings.values()],
  };
}

/** In the order of time, as one spool hands them over; one block in ten a second time. */
function toBlocks(lane: { at: number; hit: Hit }[], draw: () => number): readonly SpoolBlock[] {
  const hits = lane.sort((a, b) => a.at - b.at).map(({ hit }) => hit);
  const blocks: SpoolBlock[] = [];
  for (let start = 0; start < hits.length; start += HITS_PER_BLOCK) {
    const block = makeBlock(hits.slice(start, start + HITS_PER_BLOCK));
    blocks.push(block);
    if (draw() < 0.1) blocks.push(block);
  }
  return blocks;
}

function pickKind(point: number) {
  const total = KINDS.reduce((sum, { weight }) => sum + weight, 0);
  let left = point * total;
  for (const kind of KINDS) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  throw new Error('a draw of 1 or more');
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
}

/** Mulberry32: repeatable draws in [0, 1). */
function createDraw(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

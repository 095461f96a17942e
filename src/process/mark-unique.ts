import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { SLOT_MS, toLocalDay } from '../domain/calendar.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { CampaignId } from '../domain/ids.ts';
import { isCounted, type Verdict } from '../domain/verdict.ts';
import type { Open } from './fold-bursts.ts';
import { mapInTurns } from './send-together.ts';
import { type Identity, toIdentities } from './to-identities.ts';
import { type ClaimedWindow, createClaims, storeClaims, type VisitorClaim } from './visitor-claims.ts';

/** An open as it is stored. */
export interface OpenEvent extends Open {
  readonly isCounted: boolean;
  readonly isUnique: boolean;
  /**
   * Whether it is its reader's first in the organization that day of UTC; null unless a reader's own software opened a
   * user pixel.
   */
  readonly isNewReader: boolean | null;
  /** The organization's local day, "YYYY-MM-DD". */
  readonly localDay: string;
}

const HOUR_MS = 3_600_000;

/**
 * Tells a visitor's first counted open from the later ones: per member and organization-local day, per campaign and
 * UTC hour, and of a reader's own software per organization and day of UTC. Each open claims its window under every key that may name its reader; it is the first where all its
 * claims are new. The primary key decides between processors, so the count is exact whatever arrives in what order.
 */
export async function markUnique(trx: Transaction<Schema>, opens: readonly Open[]): Promise<readonly OpenEvent[]> {
  const claims = new Map<string, VisitorClaim>();
  const toClaim = createClaims();
  const toLocalDayOf = createLocalDays();
  const take = (windows: readonly VisitorWindow[]): readonly VisitorClaim[] | null => {
    const mine = windows.map(({ window, identity }) => toClaim(window, identity));
    const fresh = mine.filter((claim) => !claims.has(claim.key));
    for (const claim of fresh) claims.set(claim.key, claim);
    return mine.length > 0 && fresh.length === mine.length ? mine : null;
  };
  const events = await mapInTurns(opens, (open) => {
    const { pixel, hit, judgement } = open;
    const counted = isCounted(judgement.verdict, pixel.settings.exclude_bots);
    const localDay = toLocalDayOf(hit.hitAt, pixel.settings.timezone);
    const isReading = isReader({ verdict: judgement.verdict, isCounted: counted, campaignId: pixel.campaignId });
    return {
      open,
      isCounted: counted,
      localDay: localDay.day,
      isReading,
      asUnique: counted ? take(toWindows(open, localDay)) : null,
      asReader: isReading ? take(toReaderWindows(open)) : null,
    };
  });
  const stored = await storeClaims(trx, [...claims.values()]);
  const isFirst = (mine: readonly VisitorClaim[] | null) => mine?.every((claim) => stored.has(claim.key)) ?? false;
  return events.map(({ open, isReading, asUnique, asReader, ...rest }) => ({
    ...open,
    ...rest,
    isUnique: isFirst(asUnique),
    isNewReader: isReading ? isFirst(asReader) : null,
  }));
}

/** Whether an open tells what a reader reads with: a proxy hides it, and mail with a campaign carries a user pixel too. */
export function isReader(open: {
  readonly verdict: Verdict;
  readonly isCounted: boolean;
  readonly campaignId: CampaignId | null;
}): boolean {
  return open.isCounted && open.verdict === 'human' && open.campaignId === null;
}

/** A window under one of its visitor's keys. */
interface VisitorWindow {
  readonly window: ClaimedWindow;
  readonly identity: Identity;
}

function toWindows(open: Open, localDay: LocalDay): readonly VisitorWindow[] {
  const { pixel, hit } = open;
  const { organizationId, campaignId, memberId } = pixel;
  const isHour = campaignId !== null;
  const windowAt = isHour ? Math.floor(hit.hitAt / HOUR_MS) * HOUR_MS : localDay.at;
  const kind = isHour ? 'hour' : 'day';
  const scopeId = isHour ? campaignId : memberId;
  const reachMs = isHour ? hit.hitAt - windowAt : toDayReachMs(hit.hitAt, localDay);
  const window: ClaimedWindow = { organizationId, kind, scopeId, windowAt };
  return toIdentities(open, reachMs).map((identity) => ({ window, identity }));
}

/** One key's day: nobody has a second name in it. */
function toReaderWindows(open: Open): readonly VisitorWindow[] {
  const { pixel, hit } = open;
  const { organizationId } = pixel;
  const windowAt = Math.floor(hit.hitAt / DAY_MS) * DAY_MS;
  const window: ClaimedWindow = { organizationId, kind: 'reader', scopeId: organizationId, windowAt };
  return toIdentities(open, 0).map((identity) => ({ window, identity }));
}

interface LocalDay {
  /** "YYYY-MM-DD" */
  readonly day: string;
  /** Its date as if it were UTC, milliseconds. */
  readonly at: number;
  /** Whether it began before the UTC day of the hit. */
  readonly isOfDayBefore: boolean;
}

/** Days are worked out once a quarter of an hour, in which no clock moves and no day begins; hits come in order. */
function createLocalDays(): (hitAt: number, timeZone: string) => LocalDay {
  const last = new Map<string, { readonly slot: number; readonly localDay: LocalDay }>();
  return (hitAt, timeZone) => {
    const slot = Math.floor(hitAt / SLOT_MS);
    const known = last.get(timeZone);
    if (known?.slot === slot) return known.localDay;
    const day = toLocalDay(hitAt, timeZone);
    const midnight = Math.floor(hitAt / DAY_MS) * DAY_MS;
    const localDay = { day, at: Date.parse(day), isOfDayBefore: toLocalDay(midnight - 1, timeZone) === day };
    last.set(timeZone, { slot, localDay });
    return localDay;
  };
}

/** Zero, or more than the hit's distance from midnight UTC when its local day began before it. */
function toDayReachMs(hitAt: number, { isOfDayBefore }: LocalDay): number {
  return isOfDayBefore ? (hitAt % DAY_MS) + 1 : 0;
}

import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { toArrayText } from '../db/to-array-text.ts';
import { toLocalDay } from '../domain/calendar.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { CampaignId } from '../domain/ids.ts';
import { isCounted, type Verdict } from '../domain/verdict.ts';
import type { Open } from './fold-bursts.ts';
import { sendTogether } from './send-together.ts';
import { toChunks } from './to-chunks.ts';
import { type Identity, toIdentities } from './to-identities.ts';

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
  const claims = new Map<string, Claim>();
  const take = (mine: readonly Claim[]): readonly Claim[] | null => {
    const fresh = mine.filter((claim) => !claims.has(claim.key));
    for (const claim of fresh) claims.set(claim.key, claim);
    return mine.length > 0 && fresh.length === mine.length ? mine : null;
  };
  const events = opens.map((open) => {
    const { pixel, hit, judgement } = open;
    const counted = isCounted(judgement.verdict, pixel.settings.exclude_bots);
    const localDay = toLocalDay(hit.hitAt, pixel.settings.timezone);
    const isReading = isReader({ verdict: judgement.verdict, isCounted: counted, campaignId: pixel.campaignId });
    return {
      open,
      isCounted: counted,
      localDay,
      isReading,
      asUnique: counted ? take(toClaims(open, localDay)) : null,
      asReader: isReading ? take(toReaderClaims(open)) : null,
    };
  });
  const stored = await storeClaims(trx, [...claims.values()]);
  const isFirst = (mine: readonly Claim[] | null) => mine?.every((claim) => stored.has(claim.key)) ?? false;
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

/** One row of visitor_seen. */
interface Claim {
  readonly key: string;
  readonly keyDay: number;
  readonly organizationId: string;
  readonly kind: 'day' | 'hour' | 'reader';
  readonly scopeId: string;
  /** Milliseconds: the UTC hour or day, or the local day's date as if it were UTC. */
  readonly windowAt: number;
  readonly visitor: Buffer;
}

function toClaims({ pixel, hit }: Open, localDay: string): readonly Claim[] {
  const { organizationId, campaignId, memberId } = pixel;
  const isHour = campaignId !== null;
  const windowAt = isHour ? Math.floor(hit.hitAt / HOUR_MS) * HOUR_MS : Date.parse(localDay);
  const kind = isHour ? 'hour' : 'day';
  const scopeId = isHour ? campaignId : memberId;
  const reachMs = isHour ? hit.hitAt - windowAt : toDayReachMs(hit.hitAt, localDay, pixel.settings.timezone);
  return toIdentities(pixel, hit, reachMs).map(toClaim({ organizationId, kind, scopeId, windowAt }));
}

/** One key's day: nobody has a second name in it. */
function toReaderClaims({ pixel, hit }: Open): readonly Claim[] {
  const { organizationId } = pixel;
  const windowAt = Math.floor(hit.hitAt / DAY_MS) * DAY_MS;
  return toIdentities(pixel, hit, 0).map(
    toClaim({ organizationId, kind: 'reader', scopeId: organizationId, windowAt }),
  );
}

function toClaim(window: Omit<Claim, 'key' | keyof Identity>) {
  const { organizationId, kind, scopeId, windowAt } = window;
  return ({ keyDay, visitor }: Identity): Claim => ({
    ...window,
    key: `${keyDay}|${organizationId}|${kind}|${scopeId}|${windowAt}|${visitor.toString('latin1')}`,
    keyDay,
    visitor,
  });
}

/** Zero, or more than the hit's distance from midnight UTC when its local day began before it. */
function toDayReachMs(hitAt: number, localDay: string, timeZone: string): number {
  const midnight = Math.floor(hitAt / DAY_MS) * DAY_MS;
  return toLocalDay(midnight - 1, timeZone) === localDay ? hitAt - midnight + 1 : 0;
}

/** Answers the keys that were new. Sorted, so that two processors with the same visitors cannot deadlock. */
async function storeClaims(trx: Transaction<Schema>, claims: readonly Claim[]): Promise<ReadonlySet<string>> {
  const sorted = [...claims].sort((a, b) => (a.key < b.key ? -1 : 1));
  const stored = await sendTogether(toChunks(sorted).map((chunk) => storeChunk(trx, chunk)));
  return new Set(stored.flat());
}

async function storeChunk(trx: Transaction<Schema>, chunk: readonly Claim[]): Promise<readonly string[]> {
  const { rows } = await sql<{ n: number }>`
      with claim as materialized (
        select date '1970-01-01' + day as key_day, organization_id, kind, scope_id, to_timestamp(at / 1000) as window_at, visitor, n
        from unnest(${toArrayText(chunk.map((claim) => claim.keyDay))}::int[], ${toArrayText(chunk.map((claim) => claim.organizationId))}::uuid[],
          ${toArrayText(chunk.map((claim) => claim.kind))}::text[], ${toArrayText(chunk.map((claim) => claim.scopeId))}::uuid[],
          ${toArrayText(chunk.map((claim) => claim.windowAt))}::float8[], ${toArrayText(chunk.map((claim) => claim.visitor))}::bytea[])
          with ordinality as input (day, organization_id, kind, scope_id, at, visitor, n)
      ), stored as (
        insert into visitor_seen (key_day, organization_id, kind, scope_id, window_at, visitor)
        select key_day, organization_id, kind, scope_id, window_at, visitor from claim order by n
        on conflict do nothing
        returning key_day, organization_id, kind, scope_id, window_at, visitor
      )
      select claim.n::int as n from claim
      join stored using (key_day, organization_id, kind, scope_id, window_at, visitor)`.execute(trx);
  return rows.flatMap(({ n }) => chunk[n - 1]?.key ?? []);
}

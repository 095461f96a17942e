import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { toArrayText } from '../db/to-array-text.ts';
import type { MemberId, OrganizationId, PixelId } from '../domain/ids.ts';
import type { NetworkClass } from '../domain/network-class.ts';
import type { Judgement } from '../domain/verdict.ts';
import { RULES_VERSION } from './classify/families.ts';
import type { Open } from './fold-bursts.ts';
import { type Identity, toIdentities } from './to-identities.ts';

/** An event stored earlier that turned out to be part of a burst. */
export interface BurstEvent {
  readonly organizationId: OrganizationId;
  readonly eventId: number;
  readonly pixelId: PixelId;
  /** The event's time, milliseconds. */
  readonly hitAt: number;
  /** Its visitor, under each key that is known. */
  readonly identities: readonly Identity[];
}

export interface BurstOutcome {
  /** All opens of the batch, those of a burst re-judged as a scanner's. */
  readonly opens: readonly Open[];
  readonly earlier: readonly BurstEvent[];
}

/** Opens of so many members' pixels by one visitor within so long are a scanner's (product.md section 4). */
export const BURST_MEMBERS_MIN = 5;
export const BURST_MS = 5_000;

/**
 * Finds bursts among the opens of the batch and those stored before. An open is part of one when some window of five
 * seconds that holds it holds opens of five members by the same visitor, so the answer does not depend on the order of
 * arrival: whichever open completes the window finds all the others. The visitors are locked until the transaction
 * ends, so that two processors cannot each see half a burst.
 */
export async function judgeBursts(trx: Transaction<Schema>, opens: readonly Open[]): Promise<BurstOutcome> {
  const suspects = opens.flatMap((open): Sighting[] => {
    const identities = toSightings(open);
    const { hit, pixel } = open;
    return identities.length === 0
      ? []
      : [
          {
            organizationId: pixel.organizationId,
            at: hit.hitAt,
            pixelId: pixel.id,
            memberId: pixel.memberId,
            open,
            eventId: null,
            identities,
          },
        ];
  });
  if (suspects.length === 0) return { opens, earlier: [] };
  await lockVisitors(trx, suspects);
  const groups = new Map<string, Sighting[]>();
  for (const sighting of suspects) {
    for (const identity of sighting.identities) toGroup(groups, toKey(sighting, identity)).push(sighting);
  }
  await readSightings(trx, suspects, groups);
  const burst = new Set<Sighting>();
  for (const group of groups.values()) markBursts(group, burst);
  if (burst.size === 0) return { opens, earlier: [] };
  const burstOpens = new Set([...burst].map(({ open }) => open));
  return {
    opens: opens.map((open) =>
      burstOpens.has(open) ? { ...open, judgement: toBurstJudgement(open.judgement) } : open,
    ),
    earlier: [...burst].flatMap(({ organizationId, eventId, pixelId, at, identities }) =>
      eventId === null ? [] : [{ organizationId, eventId, pixelId, hitAt: at, identities }],
    ),
  };
}

/** Under what an open is remembered as a possible part of a burst; empty for one that cannot be. */
export function toSightings(open: Open): readonly Identity[] {
  return isSuspect(open.judgement) ? toIdentities(open, Number.POSITIVE_INFINITY) : [];
}

/** The stored judgement as that of a scanner; its coarse features stay. */
export function toBurstJudgement(judgement: Judgement): Judgement {
  return {
    ...judgement,
    verdict: 'scanner',
    confidence: 'probable',
    reason: BURST_REASON,
    rulesVersion: RULES_VERSION,
  };
}

export const BURST_REASON = 'scanner_burst';

/**
 * Networks that scanners use and neither a mail proxy, a relay nor a reader's own line is. Gateways and security
 * companies are scanners already; a private address is everybody's behind a reverse proxy that is not trusted.
 */
const SUSPECT_NETWORKS: readonly NetworkClass[] = ['cloud', 'google', 'microsoft'];

/** A mail proxy that names itself is none, wherever it comes from; Outlook on the web does not name itself. */
function isSuspect({ verdict, reason, networkClass }: Judgement): boolean {
  if (!SUSPECT_NETWORKS.includes(networkClass)) return false;
  return verdict === 'human' || reason === 'outlook_web_open' || reason === BURST_REASON;
}

/** An open from a suspect network: of this batch, or stored. */
interface Sighting {
  readonly organizationId: OrganizationId;
  readonly at: number;
  readonly pixelId: PixelId;
  readonly memberId: MemberId;
  readonly open: Open | null;
  /** Null for an open of this batch, and for one that was refused. */
  readonly eventId: number | null;
  readonly identities: Identity[] | readonly Identity[];
}

function toKey({ open }: Sighting, { keyDay, visitor }: Identity): string {
  return `${open?.pixel.organizationId}|${keyDay}|${visitor}`;
}

function toGroup(groups: Map<string, Sighting[]>, key: string): Sighting[] {
  const known = groups.get(key);
  if (known) return known;
  const group: Sighting[] = [];
  groups.set(key, group);
  return group;
}

/** Every sighting that some window of five seconds with five members holds. */
function markBursts(group: Sighting[], burst: Set<Sighting>): void {
  if (group.length < BURST_MEMBERS_MIN) return;
  group.sort((a, b) => a.at - b.at);
  const inWindow = new Map<MemberId, number>();
  let end = 0;
  for (const [start, first] of group.entries()) {
    for (let next = group[end]; next && next.at <= first.at + BURST_MS; next = group[end]) {
      inWindow.set(next.memberId, (inWindow.get(next.memberId) ?? 0) + 1);
      end += 1;
    }
    if (inWindow.size >= BURST_MEMBERS_MIN) for (const one of group.slice(start, end)) burst.add(one);
    const left = (inWindow.get(first.memberId) ?? 1) - 1;
    if (left === 0) inWindow.delete(first.memberId);
    else inWindow.set(first.memberId, left);
  }
}

/** A transaction holds at most so many of these locks, however many visitors its batch has. */
const LOCK_BUCKETS = 256;

/** In the order of their numbers, so that two processors cannot deadlock. */
async function lockVisitors(trx: Transaction<Schema>, suspects: readonly Sighting[]): Promise<void> {
  const buckets = new Set<number>();
  for (const { identities } of suspects) {
    for (const { visitor } of identities) buckets.add(Number.parseInt(visitor.slice(0, 8), 16) % LOCK_BUCKETS);
  }
  await sql`
    select pg_advisory_xact_lock(hashtext('mailtracker.bursts'), bucket)
    from (select bucket from unnest(${toArrayText([...buckets].sort((a, b) => a - b))}::int[]) with ordinality as input (bucket, n)
      order by n offset 0) as sorted`.execute(trx);
}

interface Wanted {
  readonly sighting: Sighting;
  readonly identity: Identity;
  fromAt: number;
  toAt: number;
}

/** Adds the stored sightings near the batch's to the groups, each once however many keys it is found under. */
async function readSightings(
  trx: Transaction<Schema>,
  suspects: readonly Sighting[],
  groups: Map<string, Sighting[]>,
): Promise<void> {
  const wanted = toWanted(suspects);
  const rows = await findSightings(trx, [...wanted.values()]);
  const keys = [...wanted.keys()];
  const known = new Map<string, Sighting & { identities: Identity[] }>();
  for (const row of rows) {
    const key = keys[row.n - 1] ?? '';
    const want = wanted.get(key);
    if (!want || row.member_id === null) continue;
    const name = `${row.pixel_id}|${row.at}`;
    const stored = known.get(name) ?? {
      organizationId: row.organization_id,
      at: row.at,
      pixelId: row.pixel_id,
      memberId: row.member_id,
      open: null,
      eventId: row.event_id,
      identities: [],
    };
    known.set(name, stored);
    stored.identities.push(want.identity);
    toGroup(groups, key).push(stored);
  }
}

function toWanted(suspects: readonly Sighting[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const sighting of suspects) {
    for (const identity of sighting.identities) {
      const key = toKey(sighting, identity);
      const known = wanted.get(key);
      const range = { fromAt: sighting.at - BURST_MS, toAt: sighting.at + BURST_MS };
      if (!known) wanted.set(key, { sighting, identity, ...range });
      else {
        known.fromAt = Math.min(known.fromAt, range.fromAt);
        known.toAt = Math.max(known.toAt, range.toAt);
      }
    }
  }
  return wanted;
}

interface SightingRow {
  n: number;
  organization_id: OrganizationId;
  pixel_id: PixelId;
  at: number;
  event_id: number | null;
  member_id: MemberId | null;
}

/** Lateral and `offset 0` keep it at one look-up in the index per visitor, whatever the planner believes of the size. */
async function findSightings(trx: Transaction<Schema>, wanted: readonly Wanted[]): Promise<readonly SightingRow[]> {
  const days = wanted.map(({ identity }) => identity.keyDay);
  const first = days.reduce((least, day) => Math.min(least, day));
  const last = days.reduce((most, day) => Math.max(most, day));
  const { rows } = await sql<SightingRow>`
    select want.n::int as n, want.organization_id, found.pixel_id, found.at, found.event_id, coalesce(of_user.user_id, of_campaign.user_id) as member_id
    from unnest(${toArrayText(days)}::int[], ${toArrayText(wanted.map(({ sighting }) => sighting.open?.pixel.organizationId ?? null))}::uuid[],
      ${toArrayText(wanted.map(({ identity }) => identity.visitor))}::text[], ${toArrayText(wanted.map(({ fromAt }) => fromAt))}::float8[],
      ${toArrayText(wanted.map(({ toAt }) => toAt))}::float8[])
      with ordinality as want (key_day, organization_id, visitor, from_at, to_at, n)
    cross join lateral (
      select seen.scope_id as pixel_id, (extract(epoch from seen.window_at) * 1000)::float8 as at, seen.event_id::float8 as event_id
      from visitor_seen seen
      where seen.kind = 'burst' and seen.key_day = date '1970-01-01' + want.key_day
        and seen.organization_id = want.organization_id and seen.visitor = decode(want.visitor, 'hex')
        and seen.window_at between to_timestamp(want.from_at / 1000) and to_timestamp(want.to_at / 1000)
        and seen.key_day between date '1970-01-01' + ${first}::int and date '1970-01-01' + ${last}::int
      offset 0) as found
    left join signature_user_tracking of_user on of_user.id = found.pixel_id
    left join signature_tracking_pixels of_campaign on of_campaign.id = found.pixel_id`.execute(trx);
  return rows;
}

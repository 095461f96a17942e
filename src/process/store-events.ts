import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { toArrayText } from '../db/to-array-text.ts';
import { DAY_MS } from '../domain/hit.ts';
import { isMachine, isProxied } from '../domain/verdict.ts';
import type { LaterLoads, Open } from './fold-bursts.ts';
import { toSightings } from './judge-bursts.ts';
import type { JudgementIds } from './judgement-ids.ts';
import type { OpenEvent } from './mark-unique.ts';
import { sendTogether } from './send-together.ts';
import { toChunks } from './to-chunks.ts';
import type { Identity } from './to-identities.ts';

/** A storm may load an image more often than a smallint counts; the count stays at its top. */
const LOAD_COUNT_MAX = 32_767;

interface EventBatch {
  readonly events: readonly OpenEvent[];
  /** Opens that become no event, and whose later loads shall find that out. */
  readonly refused: readonly Open[];
  readonly laterLoads: readonly (LaterLoads & { readonly eventId: number })[];
  readonly judgementIds: JudgementIds;
}

/**
 * Stores the events, the first loads that later ones will fold into, and the loads of events stored before. Answers the
 * events' ids, in their order.
 */
export async function storeEvents(
  trx: Transaction<Schema>,
  { events, refused, laterLoads, judgementIds }: EventBatch,
): Promise<readonly number[]> {
  const ids = events.length === 0 ? [] : await reserveIds(trx, events.length);
  const idsOf = new Map(events.map((event, i) => [event as Open, ids[i] ?? 0]));
  await sendTogether([
    ...toChunks(events).flatMap((chunk) => [
      insertEvents(trx, chunk, { idsOf, judgementIds }),
      insertSeen(trx, chunk, idsOf),
    ]),
    ...toChunks(refused).map((chunk) => insertSeen(trx, chunk, idsOf)),
    ...toChunks(laterLoads).map((chunk) => addLoads(trx, chunk)),
  ]);
  return ids;
}

/** Ids are drawn before the insert, since the order of `returning` is promised by nobody. */
async function reserveIds(trx: Transaction<Schema>, count: number): Promise<readonly number[]> {
  const { rows } = await sql<{ id: number }>`
    select nextval('signature_tracking_events_id_seq')::float8 as id from generate_series(1, ${count}::int)`.execute(
    trx,
  );
  return rows.map((row) => row.id);
}

async function insertEvents(
  trx: Transaction<Schema>,
  events: readonly OpenEvent[],
  { idsOf, judgementIds }: { idsOf: ReadonlyMap<Open, number>; judgementIds: JudgementIds },
): Promise<void> {
  const column = <T>(read: (event: OpenEvent) => T): T[] => events.map(read);
  const ifUser = <T>(event: OpenEvent, value: T) => (event.pixel.trackingType === 'user' ? value : null);
  const ifCampaign = <T>(event: OpenEvent, value: T) => (event.pixel.trackingType === 'campaign' ? value : null);
  await sql`
    insert into signature_tracking_events (id, hit_at, organization_id, user_id, user_tracking_id, pixel_id, campaign_id,
      judgement_id, load_count, is_counted, is_unique, is_bot, is_proxy, is_old_signature, tracking_type, verdict, country, is_new_reader)
    overriding system value
    select id, to_timestamp(hit_at / 1000), organization_id, user_id, user_tracking_id, pixel_id, campaign_id,
      judgement_id, load_count, is_counted, is_unique, is_bot, is_proxy, is_old_signature, tracking_type, verdict, country, is_new_reader
    from unnest(${toArrayText(column((e) => idsOf.get(e) ?? null))}::bigint[], ${toArrayText(column((e) => e.hit.hitAt))}::float8[], ${toArrayText(column((e) => e.pixel.organizationId))}::uuid[],
      ${toArrayText(column((e) => e.pixel.memberId))}::uuid[], ${toArrayText(column((e) => ifUser(e, e.pixel.id)))}::uuid[],
      ${toArrayText(column((e) => ifCampaign(e, e.pixel.id)))}::uuid[], ${toArrayText(column((e) => e.pixel.campaignId))}::uuid[],
      ${toArrayText(column((e) => judgementIds.of(e.judgement)))}::int[],
      ${toArrayText(column((e) => Math.min(e.loads, LOAD_COUNT_MAX)))}::smallint[],
      ${toArrayText(column((e) => e.isCounted))}::bool[], ${toArrayText(column((e) => e.isUnique))}::bool[],
      ${toArrayText(column((e) => isMachine(e.judgement.verdict)))}::bool[], ${toArrayText(column((e) => isProxied(e.judgement.verdict)))}::bool[],
      ${toArrayText(column((e) => e.pixel.isRetired))}::bool[], ${toArrayText(column((e) => e.pixel.trackingType))}::text[],
      ${toArrayText(column((e) => e.judgement.verdict))}::text[], ${toArrayText(column(toCountry))}::text[],
      ${toArrayText(column((e) => e.isNewReader))}::bool[])
      as event (id, hit_at, organization_id, user_id, user_tracking_id, pixel_id, campaign_id, judgement_id, load_count,
        is_counted, is_unique, is_bot, is_proxy, is_old_signature, tracking_type, verdict, country, is_new_reader)`.execute(
    trx,
  );
}

/** Only of readers, and only where the organization asks for it. */
export function toCountry({ judgement, pixel, hit }: OpenEvent): string | null {
  return judgement.verdict === 'human' && pixel.settings.collect_region ? hit.country : null;
}

/**
 * First loads, and sightings from the networks of scanners. The rows are new: whoever could have stored one of them
 * holds the pixel's lock, and that is us.
 */
async function insertSeen(
  trx: Transaction<Schema>,
  opens: readonly Open[],
  idsOf: ReadonlyMap<Open, number>,
): Promise<void> {
  const seen = opens.flatMap((open) => {
    const { pixel, hit } = open;
    const of = (kind: 'load' | 'burst') => (identity: Identity) => ({
      ...identity,
      kind,
      id: idsOf.get(open) ?? null,
      pixel,
      hit,
    });
    return [...open.foldedAs.map(of('load')), ...toSightings(open).map(of('burst'))];
  });
  if (seen.length === 0) return;
  const column = <T>(read: (row: (typeof seen)[number]) => T): T[] => seen.map(read);
  await sql`
    insert into visitor_seen (key_day, organization_id, kind, scope_id, window_at, visitor, event_id, event_hit_at)
    select date '1970-01-01' + day, organization_id, kind, scope_id, to_timestamp(at / 1000), visitor, event_id, to_timestamp(at / 1000)
    from unnest(${toArrayText(column((row) => row.keyDay))}::int[], ${toArrayText(column((row) => row.pixel.organizationId))}::uuid[],
      ${toArrayText(column((row) => row.kind))}::text[], ${toArrayText(column((row) => row.pixel.id))}::uuid[],
      ${toArrayText(column((row) => row.hit.hitAt))}::float8[], ${toArrayText(column((row) => row.visitor))}::bytea[],
      ${toArrayText(column((row) => row.id))}::bigint[]) as seen (day, organization_id, kind, scope_id, at, visitor, event_id)`.execute(
    trx,
  );
}

/**
 * Bounded by the weeks of the partitions and no closer: the planner believes that nearly no event is as new as these,
 * and would rather read all of the last seconds than look each one up.
 */
async function addLoads(trx: Transaction<Schema>, laterLoads: EventBatch['laterLoads']): Promise<void> {
  const times = laterLoads.map((later) => later.hitAt);
  const first = toWeekStart(times.reduce((least, time) => Math.min(least, time)));
  const end = toWeekStart(times.reduce((most, time) => Math.max(most, time))) + WEEK_MS;
  await sql`
    update signature_tracking_events event set load_count = least(${LOAD_COUNT_MAX}::int, event.load_count + later.loads)::smallint
    from unnest(${toArrayText(laterLoads.map((later) => later.pixel.organizationId))}::uuid[],
      ${toArrayText(laterLoads.map((later) => later.eventId))}::bigint[], ${toArrayText(times)}::float8[],
      ${toArrayText(laterLoads.map((later) => later.loads))}::int[]) as later (organization_id, id, hit_at, loads)
    where event.organization_id = later.organization_id and event.id = later.id and event.hit_at = to_timestamp(later.hit_at / 1000)
      and event.hit_at >= to_timestamp(${first}::float8 / 1000) and event.hit_at < to_timestamp(${end}::float8 / 1000)`.execute(
    trx,
  );
}

const WEEK_MS = 7 * DAY_MS;
/** 1970-01-05, a Monday: partitions begin on one, UTC. */
const FIRST_WEEK_AT = 4 * DAY_MS;

function toWeekStart(at: number): number {
  return Math.floor((at - FIRST_WEEK_AT) / WEEK_MS) * WEEK_MS + FIRST_WEEK_AT;
}

import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { toArrayText } from '../db/to-array-text.ts';
import { isMachine, isProxied } from '../domain/verdict.ts';
import { LOAD_COUNT_MAX } from './add-loads.ts';
import type { Open } from './fold-bursts.ts';
import { toSightings } from './judge-bursts.ts';
import type { JudgementIds } from './judgement-ids.ts';
import type { OpenEvent } from './mark-unique.ts';
import { sendTogether } from './send-together.ts';
import { toChunks } from './to-chunks.ts';
import type { Identity } from './to-identities.ts';

/** Stores the events, which have these ids, in their order. */
export async function storeEvents(
  trx: Transaction<Schema>,
  { events, ids, judgementIds }: { events: readonly OpenEvent[]; ids: readonly number[]; judgementIds: JudgementIds },
): Promise<void> {
  const numbered = events.map((event, i) => ({ event, id: ids[i] ?? 0 }));
  await sendTogether(toChunks(numbered).map((chunk) => () => insertEvents(trx, chunk, judgementIds)));
}

/** Stores the first loads that later ones will fold into. `ids` of the opens, in their order; the refused have none. */
export async function storeSeen(
  trx: Transaction<Schema>,
  { opens, ids, refused }: { opens: readonly Open[]; ids: readonly number[]; refused: readonly Open[] },
): Promise<void> {
  const seen = [
    ...opens.map((open, i) => ({ open, id: ids[i] ?? null })),
    ...refused.map((open) => ({ open, id: null })),
  ];
  await sendTogether(toChunks(seen).map((chunk) => () => insertSeen(trx, chunk)));
}

/** Ids are drawn before the insert, since the order of `returning` is promised by nobody. */
export async function reserveIds(trx: Transaction<Schema>, count: number): Promise<readonly number[]> {
  if (count === 0) return [];
  const { rows } = await sql<{ id: number }>`
    select nextval('signature_tracking_events_id_seq')::float8 as id from generate_series(1, ${count}::int)`.execute(
    trx,
  );
  return rows.map((row) => row.id);
}

async function insertEvents(
  trx: Transaction<Schema>,
  numbered: readonly { readonly event: OpenEvent; readonly id: number }[],
  judgementIds: JudgementIds,
): Promise<void> {
  const column = <T>(read: (event: OpenEvent) => T): T[] => numbered.map(({ event }) => read(event));
  const ifUser = <T>(event: OpenEvent, value: T) => (event.pixel.trackingType === 'user' ? value : null);
  const ifCampaign = <T>(event: OpenEvent, value: T) => (event.pixel.trackingType === 'campaign' ? value : null);
  await sql`
    insert into signature_tracking_events (id, hit_at, organization_id, user_id, user_tracking_id, pixel_id, campaign_id,
      judgement_id, load_count, is_counted, is_unique, is_bot, is_proxy, is_old_signature, tracking_type, verdict, country, is_new_reader)
    overriding system value
    select id, to_timestamp(hit_at / 1000), organization_id, user_id, user_tracking_id, pixel_id, campaign_id,
      judgement_id, load_count, is_counted, is_unique, is_bot, is_proxy, is_old_signature, tracking_type, verdict, country, is_new_reader
    from unnest(${toArrayText(numbered.map(({ id }) => id))}::bigint[], ${toArrayText(column((e) => e.hit.hitAt))}::float8[], ${toArrayText(column((e) => e.pixel.organizationId))}::uuid[],
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

interface SeenRow {
  readonly open: Open;
  readonly id: number | null;
  readonly kind: 'load' | 'burst';
  readonly identity: Identity;
}

/**
 * First loads, and sightings from the networks of scanners. The rows are new: whoever could have stored one of them
 * holds the pixel's lock, and that is us.
 */
async function insertSeen(
  trx: Transaction<Schema>,
  opens: readonly { readonly open: Open; readonly id: number | null }[],
): Promise<void> {
  const rows: SeenRow[] = [];
  for (const { open, id } of opens) {
    for (const identity of open.foldedAs) rows.push({ open, id, kind: 'load', identity });
    for (const identity of toSightings(open)) rows.push({ open, id, kind: 'burst', identity });
  }
  if (rows.length === 0) return;
  const column = <T>(read: (row: SeenRow) => T): T[] => rows.map(read);
  await sql`
    insert into visitor_seen (key_day, organization_id, kind, scope_id, window_at, visitor, event_id, event_hit_at)
    select date '1970-01-01' + day, organization_id, kind, scope_id, to_timestamp(at / 1000), decode(visitor, 'hex'), event_id, to_timestamp(at / 1000)
    from unnest(${toArrayText(column(({ identity }) => identity.keyDay))}::int[], ${toArrayText(column(({ open }) => open.pixel.organizationId))}::uuid[],
      ${toArrayText(column((row) => row.kind))}::text[], ${toArrayText(column(({ open }) => open.pixel.id))}::uuid[],
      ${toArrayText(column(({ open }) => open.hit.hitAt))}::float8[], ${toArrayText(column(({ identity }) => identity.visitor))}::text[],
      ${toArrayText(column((row) => row.id))}::bigint[]) as seen (day, organization_id, kind, scope_id, at, visitor, event_id)`.execute(
    trx,
  );
}

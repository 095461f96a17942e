import { sql, type Transaction } from 'kysely';
import { holdLocalDays } from '../db/lock-local-days.ts';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import { toLocalDay } from '../domain/calendar.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { type TrackingSettings, toTrackingSettings } from '../domain/settings.ts';
import { isCounted, type Judgement } from '../domain/verdict.ts';
import type { JudgementIds } from './judgement-ids.ts';
import { EVENT_COLUMNS, type EventRow, type StoredEvent, toStoredEvent } from './lock-events.ts';
import { type Rejudged, rejudgeEvents, toRejudgedChanges } from './rejudge-events.ts';
import { rollUp } from './roll-up.ts';
import { rollUpReaders, toRejudgedReaderChanges } from './roll-up-readers.ts';

export interface ReclassifyWork {
  readonly runId: number;
  readonly organizationId: OrganizationId;
  readonly since: number | null;
  /** The last event that was done. */
  readonly after: Place | null;
  /** What becomes of a judgement, by the id of the old one. */
  readonly targets: ReadonlyMap<number, Judgement>;
  readonly judgementIds: JudgementIds;
}

interface Place {
  readonly hitAt: number;
  readonly id: number;
}

/** 90 ms on two busy cores (measured), on rows that processing hardly ever wants. */
export const BATCH_EVENTS_MAX = 500;

/**
 * The next events of one organization, in one transaction: events, rollups and audit agree whenever it ends. Locks in
 * the order of processing: events by time and id, then rollups by key. `last` is null when none are left.
 */
export async function reclassifyBatch(
  databases: Databases,
  work: ReclassifyWork,
): Promise<{ events: number; last: Place | null }> {
  return databases.system
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (trx) => {
      const events = await lockNext(trx, work);
      if (events.length === 0) return { events: 0, last: null };
      await holdLocalDays(trx, [work.organizationId]);
      const settings = await readSettings(trx, work.organizationId);
      const rejudged = events.flatMap((event) => toRejudged(event, work.targets.get(event.judgementId), settings));
      await rejudgeEvents(trx, rejudged, work.judgementIds);
      await storeAudit(trx, rejudged, work);
      await rollUp(
        trx,
        toRejudgedChanges(rejudged, ({ hitAt }) => toLocalDay(hitAt, settings.timezone)),
      );
      await rollUpReaders(trx, toRejudgedReaderChanges(rejudged));
      return { events: events.length, last: events.length < BATCH_EVENTS_MAX ? null : (events.at(-1) ?? null) };
    });
}

async function lockNext(trx: Transaction<Schema>, work: ReclassifyWork): Promise<readonly StoredEvent[]> {
  const { organizationId, since, after, targets } = work;
  const { rows } = await sql<EventRow>`
    select ${EVENT_COLUMNS}
    from signature_tracking_events event join judgements judged on judged.id = event.judgement_id
    where event.organization_id = ${organizationId} and event.judgement_id = any(${[...targets.keys()]}::int[])
      and event.hit_at >= coalesce(to_timestamp(${after?.hitAt ?? since}::float8 / 1000), '-infinity')
      and (event.hit_at, event.id) > (coalesce(to_timestamp(${after?.hitAt ?? null}::float8 / 1000), '-infinity'), ${after?.id ?? 0}::bigint)
    order by event.hit_at, event.id limit ${BATCH_EVENTS_MAX} for update of event`.execute(trx);
  return rows.map(toStoredEvent);
}

async function readSettings(trx: Transaction<Schema>, organizationId: OrganizationId): Promise<TrackingSettings> {
  const row = await trx
    .selectFrom('organization_settings')
    .where('organization_id', '=', organizationId)
    .select('tracking_settings')
    .executeTakeFirst();
  return toTrackingSettings(row?.tracking_settings ?? null);
}

/**
 * An event that stops counting is no longer unique. One that starts to count cannot become it, and none takes the
 * place of one that was: nothing says any more whose it was.
 */
function toRejudged(
  event: StoredEvent,
  judgement: Judgement | undefined,
  settings: TrackingSettings,
): readonly Rejudged[] {
  if (judgement === undefined) return [];
  const isSame = judgement.verdict === event.judgement.verdict;
  const counts = isSame ? event.isCounted : isCounted(judgement.verdict, settings.exclude_bots);
  return [{ event, judgement, isCounted: counts, isUnique: event.isUnique && counts }];
}

async function storeAudit(
  trx: Transaction<Schema>,
  rejudged: readonly Rejudged[],
  { runId, organizationId, judgementIds }: ReclassifyWork,
): Promise<void> {
  const column = <T>(read: (one: Rejudged) => T): T[] => rejudged.map(read);
  const oldIds = column(({ event }) => event.judgementId);
  await sql`
    insert into reclassified_events (organization_id, hit_at, event_id, run_id, old_judgement_id)
    select ${organizationId}::uuid, to_timestamp(at / 1000), id, ${runId}::int, judgement_id
    from unnest(${column(({ event }) => event.hitAt)}::float8[], ${column(({ event }) => event.id)}::bigint[], ${oldIds}::int[])
      as event (at, id, judgement_id)
    on conflict do nothing`.execute(trx);
  await sql`
    insert into reclassifications as kept (run_id, organization_id, old_judgement_id, new_judgement_id, events)
    select ${runId}::int, ${organizationId}::uuid, old_id, new_id, count(*)
    from unnest(${oldIds}::int[], ${column(({ judgement }) => judgementIds.of(judgement))}::int[]) as change (old_id, new_id)
    group by old_id, new_id order by old_id, new_id
    on conflict (run_id, organization_id, old_judgement_id, new_judgement_id)
    do update set events = kept.events + excluded.events`.execute(trx);
}

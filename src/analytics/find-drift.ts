import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { addDays, SLOT_MS, toDayStart, toLastDays } from '../domain/calendar.ts';
import type { CampaignId, MemberId, OrganizationId } from '../domain/ids.ts';
import type { Device, Verdict } from '../domain/verdict.ts';
import { findNarrowDrift, type NarrowDrift } from './find-narrow-drift.ts';
import { readSettings } from './read-organization-stats.ts';
import { toKeptFrom, toTimeZone } from './read-viewer.ts';

interface Counts {
  readonly events: number;
  readonly opens: number;
  readonly uniques: number;
}

/** One rollup row that says something else than the events do. */
export interface Drift {
  readonly rollup: 'slots' | 'days';
  readonly memberId: MemberId;
  readonly campaignId: CampaignId | null;
  /** The slot's start in UTC, or the organization's local day. */
  readonly at: string;
  readonly verdict: Verdict;
  readonly device: Device;
  readonly kept: Counts;
  readonly recounted: Counts;
}

export interface DriftReport {
  /** Events that were counted again. */
  readonly events: number;
  /** Rows that differ, all of them; `rows` holds the first hundred of each rollup. */
  readonly drifted: number;
  readonly rows: readonly Drift[];
  /** Of the rollups beneath, which most questions are answered from. */
  readonly narrowRows: readonly NarrowDrift[];
}

const ROWS_MAX = 100;

/**
 * Counts an organization's events again and compares both rollups with them, within what the retention keeps of whole
 * slots and whole local days, and the narrow rollups with these two. Changes nothing. Each rollup is one statement, so a running server causes no false alarm.
 */
export async function findDrift(
  trx: Transaction<Schema>,
  { organizationId, now }: { readonly organizationId: OrganizationId; readonly now: number },
): Promise<DriftReport> {
  const settings = await readSettings(trx, organizationId);
  const timeZone = toTimeZone(settings.timezone);
  const since = new Date(Math.ceil(toKeptFrom(now, settings) / SLOT_MS) * SLOT_MS);
  const inSlots = sql`to_char(date_bin('15 minutes', hit_at, 'epoch') at time zone 'UTC', ${SLOT_FORMAT})`;
  const slots = await compare(trx, {
    organizationId,
    since,
    rollup: 'slots',
    toAt: inSlots,
    kept: sql`select *, to_char(slot_at at time zone 'UTC', ${SLOT_FORMAT}) as at from tracking_rollup_slots
      where organization_id = ${organizationId} and slot_at >= ${since}`,
  });
  const days = toLastDays(now, settings.retention_days + 1, timeZone).filter(
    (day) => toDayStart(day, timeZone) >= since.getTime(),
  );
  const starts = days.map((day) => new Date(toDayStart(day, timeZone)).toISOString());
  const last = addDays(days.at(-1) ?? '', 1);
  const inDays = sql`(${[...days, last]}::text[])[width_bucket(hit_at, ${[...starts, new Date(toDayStart(last, timeZone)).toISOString()]}::timestamptz[])]`;
  const byDay = await compare(trx, {
    organizationId,
    since: new Date(starts[0] ?? now),
    rollup: 'days',
    toAt: inDays,
    kept: sql`select *, day::text as at from tracking_rollup_days
      where organization_id = ${organizationId} and day >= ${days[0] ?? last}::date`,
  });
  const keptFrom = toKeptFrom(now, settings);
  const narrow = await findNarrowDrift(trx, { organizationId, keptFrom, rowsMax: ROWS_MAX });
  return {
    events: slots.events,
    drifted: slots.drifted + byDay.drifted + narrow.drifted,
    rows: [...slots.rows, ...byDay.rows],
    narrowRows: narrow.rows,
  };
}

const SLOT_FORMAT = sql.lit('YYYY-MM-DD"T"HH24:MI:SS"Z"');

interface Comparison {
  readonly organizationId: OrganizationId;
  readonly since: Date;
  readonly rollup: Drift['rollup'];
  /** The window of an event's `hit_at`, as `kept` names it. */
  readonly toAt: RawBuilder<unknown>;
  readonly kept: RawBuilder<unknown>;
}

async function compare(
  trx: Transaction<Schema>,
  { organizationId, since, rollup, toAt, kept }: Comparison,
): Promise<Omit<DriftReport, 'narrowRows'>> {
  const { rows } = await sql<Omit<Drift, 'rollup'> & { all: number; total: number }>`
    with recount as materialized (
      select event.user_id, event.campaign_id, ${toAt} as at, event.verdict, judged.device, count(*)::int as events,
        (count(*) filter (where is_counted))::int as opens, (count(*) filter (where is_unique))::int as uniques
      from signature_tracking_events event join judgements judged on judged.id = event.judgement_id
      where event.organization_id = ${organizationId} and event.hit_at >= ${since}
      group by 1, 2, 3, 4, 5
    ), kept as materialized (${kept}),
    total as (select coalesce(sum(events), 0)::int as total from recount),
    differing as (
      select coalesce(recount.user_id, kept.user_id) as "memberId", coalesce(recount.campaign_id, kept.campaign_id) as "campaignId",
        coalesce(recount.at, kept.at) as at, coalesce(recount.verdict, kept.verdict) as verdict, coalesce(recount.device, kept.device) as device,
        json_build_object('events', coalesce(kept.events, 0), 'opens', coalesce(kept.opens, 0), 'uniques', coalesce(kept.uniques, 0)) as kept,
        json_build_object('events', coalesce(recount.events, 0), 'opens', coalesce(recount.opens, 0), 'uniques', coalesce(recount.uniques, 0)) as recounted,
        (count(*) over ())::int as all
      from recount full join kept on kept.user_id = recount.user_id and kept.at = recount.at and kept.verdict = recount.verdict
        and kept.device = recount.device and coalesce(kept.campaign_id, ${NO_CAMPAIGN}) = coalesce(recount.campaign_id, ${NO_CAMPAIGN})
      where (kept.events, kept.opens, kept.uniques) is distinct from (recount.events, recount.opens, recount.uniques)
      order by at, "memberId" limit ${ROWS_MAX}
    )
    select total.total, differing.* from total left join differing on true`.execute(trx);
  const drifts = rows.filter((row) => row.all !== null);
  return {
    events: rows[0]?.total ?? 0,
    drifted: drifts[0]?.all ?? 0,
    rows: drifts.map(({ all: _all, total: _total, ...row }) => ({ rollup, ...row })),
  };
}

const NO_CAMPAIGN = sql`'00000000-0000-0000-0000-000000000000'::uuid`;

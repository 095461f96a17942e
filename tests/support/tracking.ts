import { sql } from 'kysely';
import type { Databases } from '../../src/db/open-databases.ts';
import { VERDICTS, type Verdict } from '../../src/domain/verdict.ts';

export interface StoredEvent {
  readonly user_id: string;
  readonly campaign_id: string | null;
  readonly hit_at: Date;
  readonly load_count: number;
  readonly is_counted: boolean;
  readonly is_unique: boolean;
  readonly is_bot: boolean;
  readonly is_proxy: boolean;
  readonly is_old_signature: boolean;
  readonly tracking_type: string;
  readonly verdict: string;
  readonly client_family: string;
}

/** Every stored event with its judgement, oldest first. */
export async function readEvents(databases: Pick<Databases, 'system'>): Promise<readonly StoredEvent[]> {
  const { rows } = await sql<StoredEvent>`
    select e.*, j.client_family from signature_tracking_events e join judgements j on j.id = e.judgement_id
    order by e.hit_at, e.id`.execute(databases.system);
  return rows;
}

/** What was counted instead of stored, by reason; hits of all members and of no organization alike. */
export async function readDrops(databases: Pick<Databases, 'system'>): Promise<Record<string, number>> {
  const { rows } = await sql<{ reason: string; hits: number }>`
    select reason, sum(hits)::int as hits from (
      select reason, hits from tracking_drop_slots union all select reason, hits from unattributed_drops) d
    group by reason`.execute(databases.system);
  return Object.fromEntries(rows.map((row) => [row.reason, row.hits]));
}

/** Rows in which a rollup and a recount from the events differ; none when all is well. */
export async function readRollupDrift(databases: Pick<Databases, 'system'>): Promise<readonly unknown[]> {
  const recount = sql`select e.organization_id, e.user_id, e.campaign_id, e.verdict, j.device, count(*)::int as events,
      count(*) filter (where is_counted)::int as opens, count(*) filter (where is_unique)::int as uniques`;
  const from = sql`from signature_tracking_events e join judgements j on j.id = e.judgement_id
      join organization_settings s on s.organization_id = e.organization_id`;
  const slots = sql`${recount}, date_bin('15 minutes', e.hit_at, 'epoch') as at ${from} group by 1, 2, 3, 4, 5, 9`;
  const keptSlots = sql`select organization_id, user_id, campaign_id, verdict, device, events, opens, uniques, slot_at from tracking_rollup_slots`;
  const days = sql`${recount}, (e.hit_at at time zone (s.tracking_settings ->> 'timezone'))::date as at ${from} group by 1, 2, 3, 4, 5, 9`;
  const keptDays = sql`select organization_id, user_id, campaign_id, verdict, device, events, opens, uniques, day from tracking_rollup_days`;
  const drift = async (recounted: typeof slots, kept: typeof slots): Promise<readonly unknown[]> => {
    const { rows } = await sql`
      ((${recounted}) except all (${kept})) union all ((${kept}) except all (${recounted}))`.execute(databases.system);
    return rows;
  };
  const readers = sql`select e.organization_id, j.client_family, e.country, count(*)::int as opens,
      count(*) filter (where is_new_reader)::int as readers, (e.hit_at at time zone 'UTC')::date as at ${from}
      where e.is_counted and e.verdict = 'human' and e.campaign_id is null group by 1, 2, 3, 6`;
  const keptReaders = sql`select organization_id, client_family, country, opens, readers, day from tracking_rollup_readers`;
  return [
    ...(await drift(slots, keptSlots)),
    ...(await drift(days, keptDays)),
    ...(await drift(readers, keptReaders)),
    ...(await readNarrowDrift(databases)),
  ];
}

function ofVerdict(verdict: Verdict) {
  return sql`coalesce(sum(events) filter (where verdict = ${verdict}), 0)::int`;
}

/** Rows in which a narrow rollup and the wide one above it differ. */
async function readNarrowDrift({ system }: Pick<Databases, 'system'>): Promise<readonly unknown[]> {
  const kinds = ['opens', 'uniques', 'desktop', 'mobile', 'tablet'] as const;
  const quarter = (kind: (typeof kinds)[number], index: number) => {
    const of = kind === 'opens' || kind === 'uniques' ? sql`true` : sql`device = ${kind}`;
    const count = kind === 'uniques' ? sql`uniques` : sql`opens`;
    const isQuarter = sql`extract(minute from slot_at at time zone 'UTC') = ${index * 15}`;
    return sql`(coalesce(sum(${count}) filter (where ${of} and ${isQuarter}), 0))::int`;
  };
  const quarters = kinds.flatMap((kind) => [0, 1, 2, 3].map((index) => quarter(kind, index)));
  const pairs = [
    [
      sql`select organization_id, user_id, date_trunc('hour', slot_at, 'UTC'), ${sql.join(quarters)} from tracking_rollup_slots
        where campaign_id is null and opens > 0 group by 1, 2, 3`,
      sql`select * from tracking_rollup_hours`,
    ],
    [
      sql`select organization_id, day, user_id, coalesce(sum(opens) filter (where campaign_id is null), 0)::int,
        coalesce(sum(uniques) filter (where campaign_id is null), 0)::int, ${sql.join(VERDICTS.map(ofVerdict))}
        from tracking_rollup_days group by 1, 2, 3`,
      sql`select * from tracking_rollup_totals`,
    ],
    [
      sql`select organization_id, campaign_id, day, verdict, device, sum(events)::int, sum(opens)::int, sum(uniques)::int
        from tracking_rollup_days where campaign_id is not null group by 1, 2, 3, 4, 5`,
      sql`select * from tracking_rollup_campaigns`,
    ],
    [
      sql`select organization_id, campaign_id, user_id, sum(events)::int, sum(opens)::int
        from tracking_rollup_days where campaign_id is not null group by 1, 2, 3`,
      sql`select * from tracking_rollup_campaign_members`,
    ],
  ];
  const drifts = await Promise.all(
    pairs.map(([wide, narrow]) =>
      sql`((${wide}) except all (${narrow})) union all ((${narrow}) except all (${wide}))`.execute(system),
    ),
  );
  return drifts.flatMap(({ rows }) => rows);
}

import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { VERDICTS } from '../domain/verdict.ts';

export type NarrowRollup = 'hours' | 'totals' | 'campaigns' | 'campaign_members' | 'readers';

/** One row of a narrow rollup that says something else than what it was made of. */
export interface NarrowDrift {
  readonly rollup: NarrowRollup;
  /** Whose and of when. */
  readonly row: string;
  readonly kept: Readonly<Record<string, number>>;
  readonly recounted: Readonly<Record<string, number>>;
}

export interface NarrowDriftReport {
  readonly drifted: number;
  readonly rows: readonly NarrowDrift[];
}

export interface NarrowQuestion {
  readonly organizationId: OrganizationId;
  /** Milliseconds: from here on every event is kept. */
  readonly keptFrom: number;
  /** Rows told of each rollup. */
  readonly rowsMax: number;
}

/**
 * Compares the rollups that dashboards read with the wide ones they are added up from, and the rollup of readers with
 * the events. One statement each, so a running server causes no false alarm. Changes nothing.
 */
export async function findNarrowDrift(trx: Transaction<Schema>, question: NarrowQuestion): Promise<NarrowDriftReport> {
  let drifted = 0;
  const rows: NarrowDrift[] = [];
  for (const comparison of toComparisons(question)) {
    const report = await compare(trx, comparison, question.rowsMax);
    drifted += report.drifted;
    rows.push(...report.rows);
  }
  return { drifted, rows };
}

interface Comparison {
  readonly rollup: NarrowRollup;
  /** Of the figures, in the order of the arrays. */
  readonly names: readonly string[];
  /** Both answer `row` (text, once each) and `figures` (int[]). */
  readonly recount: RawBuilder<unknown>;
  readonly kept: RawBuilder<unknown>;
}

function toComparisons({ organizationId, keptFrom }: NarrowQuestion): readonly Comparison[] {
  const mine = sql`where organization_id = ${organizationId}`;
  return [
    toHours(mine),
    toTotals(mine),
    {
      rollup: 'campaigns',
      names: ['events', 'opens', 'uniques'],
      recount: sql`select concat_ws(' ', campaign_id, day, verdict, device) as row, array[sum(events), sum(opens), sum(uniques)]::int[] as figures
        from tracking_rollup_days ${mine} and campaign_id is not null group by campaign_id, day, verdict, device`,
      kept: sql`select concat_ws(' ', campaign_id, day, verdict, device) as row, array[events, opens, uniques] as figures
        from tracking_rollup_campaigns ${mine}`,
    },
    {
      rollup: 'campaign_members',
      names: ['events', 'opens'],
      recount: sql`select concat_ws(' ', campaign_id, user_id) as row, array[sum(events), sum(opens)]::int[] as figures
        from tracking_rollup_days ${mine} and campaign_id is not null group by campaign_id, user_id`,
      kept: sql`select concat_ws(' ', campaign_id, user_id) as row, array[events, opens] as figures
        from tracking_rollup_campaign_members ${mine}`,
    },
    toReaders(mine, keptFrom),
  ];
}

const QUARTERS = [0, 1, 2, 3];
const KINDS = ['opens', 'uniques', 'desktop', 'mobile', 'tablet'];

function toHours(mine: RawBuilder<unknown>): Comparison {
  const cells = KINDS.flatMap((kind) => QUARTERS.map((quarter) => ({ kind, quarter })));
  const sums = cells.map(({ kind, quarter }) => {
    const isOne = sql`extract(epoch from slot_at)::bigint / 900 % 4 = ${quarter}`;
    if (kind === 'uniques') return sql`coalesce(sum(uniques) filter (where ${isOne}), 0)`;
    if (kind === 'opens') return sql`coalesce(sum(opens) filter (where ${isOne}), 0)`;
    return sql`coalesce(sum(opens) filter (where ${isOne} and device = ${kind}), 0)`;
  });
  const names = cells.map(({ kind, quarter }) => `${kind}_${quarter}`);
  const row = (at: RawBuilder<unknown>) => sql`concat_ws(' ', user_id, to_char(${at} at time zone 'UTC', ${HOUR}))`;
  return {
    rollup: 'hours',
    names,
    recount: sql`select ${row(sql`min(date_bin('1 hour', slot_at, 'epoch'))`)} as row, array[${sql.join(sums)}]::int[] as figures
      from tracking_rollup_slots ${mine} and campaign_id is null and opens > 0 group by user_id, date_bin('1 hour', slot_at, 'epoch')`,
    kept: sql`select ${row(sql`hour_at`)} as row, array[${sql.join(names.map((name) => sql.ref(name)))}] as figures
      from tracking_rollup_hours ${mine}`,
  };
}

const HOUR = sql.lit('YYYY-MM-DD"T"HH24:MI"Z"');

function toTotals(mine: RawBuilder<unknown>): Comparison {
  const verdicts = VERDICTS.map((verdict) => sql`coalesce(sum(events) filter (where verdict = ${verdict}), 0)`);
  return {
    rollup: 'totals',
    names: ['opens', 'uniques', ...VERDICTS],
    recount: sql`select concat_ws(' ', user_id, day) as row, array[coalesce(sum(opens) filter (where campaign_id is null), 0),
        coalesce(sum(uniques) filter (where campaign_id is null), 0), ${sql.join(verdicts)}]::int[] as figures
      from tracking_rollup_days ${mine} group by user_id, day`,
    kept: sql`select concat_ws(' ', user_id, day) as row, array[opens, uniques, ${sql.join(VERDICTS.map((verdict) => sql.ref(verdict)))}] as figures
      from tracking_rollup_totals ${mine}`,
  };
}

/** From the first day of UTC of which every event is kept. */
function toReaders(mine: RawBuilder<unknown>, keptFrom: number): Comparison {
  const since = new Date(Math.ceil(keptFrom / DAY_MS) * DAY_MS);
  return {
    rollup: 'readers',
    names: ['opens', 'readers'],
    recount: sql`select concat_ws(' ', (event.hit_at at time zone 'UTC')::date, judged.client_family, event.country) as row,
        array[count(*), count(*) filter (where event.is_new_reader)]::int[] as figures
      from signature_tracking_events event join judgements judged on judged.id = event.judgement_id
      ${mine} and event.hit_at >= ${since} and event.is_new_reader is not null
      group by (event.hit_at at time zone 'UTC')::date, judged.client_family, event.country`,
    kept: sql`select concat_ws(' ', day, client_family, country) as row, array[opens, readers] as figures
      from tracking_rollup_readers ${mine} and day >= ${since.toISOString().slice(0, 10)}::date`,
  };
}

async function compare(
  trx: Transaction<Schema>,
  { rollup, names, recount, kept }: Comparison,
  rowsMax: number,
): Promise<NarrowDriftReport> {
  const { rows } = await sql<{ row: string; kept: number[] | null; recounted: number[] | null; all: number }>`
    with recount as materialized (${recount}), kept as materialized (${kept})
    select coalesce(recount.row, kept.row) as row, kept.figures as kept, recount.figures as recounted, (count(*) over ())::int as all
    from recount full join kept on kept.row = recount.row
    where kept.figures is distinct from recount.figures order by 1 limit ${rowsMax}`.execute(trx);
  const toFigures = (figures: readonly number[] | null) =>
    Object.fromEntries(names.map((name, index) => [name, figures?.[index] ?? 0]));
  return {
    drifted: rows[0]?.all ?? 0,
    rows: rows.map((each) => ({
      rollup,
      row: each.row,
      kept: toFigures(each.kept),
      recounted: toFigures(each.recounted),
    })),
  };
}

import { sql, type Transaction } from 'kysely';
import type { Breakdown } from '../contract/breakdown.ts';
import type { Schema } from '../db/schema.ts';
import { toDayStart, toLastDays } from '../domain/calendar.ts';
import type { Viewer } from './read-viewer.ts';
import { type BreakdownCell, toSafeBreakdown } from './to-safe-breakdown.ts';

interface Row {
  readonly client: string;
  readonly country: string | null;
  /** Number of the local day of the organization, by which visitors are told apart. */
  readonly day: number;
  readonly opens: number;
  readonly visitors: number;
}

/**
 * What a member's recipients read with, and where, in the last local days of the organization that the retention keeps.
 * Human opens of the user pixel only: a proxy hides both. Counted from the opens themselves, by the member's index. In
 * aggregate mode nobody is told apart, so nothing is told.
 */
export async function readBreakdown(
  trx: Transaction<Schema>,
  { organizationId, memberId, settings, organizationZone }: Viewer,
  question: { readonly now: number; readonly days: number },
): Promise<Breakdown> {
  const days = toLastDays(question.now, Math.min(question.days, settings.retention_days), organizationZone);
  const starts = days.map((day) => new Date(toDayStart(day, organizationZone)).toISOString());
  const { rows } = await sql<Row>`
    select judged.client_family as client, event.country, width_bucket(event.hit_at, ${starts}::timestamptz[]) as day,
      count(*)::int as opens, (count(*) filter (where event.is_unique))::int as visitors
    from signature_tracking_events event join judgements judged on judged.id = event.judgement_id
    where event.organization_id = ${organizationId} and event.user_id = ${memberId} and event.hit_at >= ${starts[0]}::timestamptz
      and event.tracking_type = 'user' and event.is_counted and judged.verdict = 'human'
    group by 1, 2, 3`.execute(trx);
  const toPart = (read: (row: Row) => string | null) => {
    const { cells, other } = toSafeBreakdown(toCells(rows, read), settings.k_anonymity);
    return { data: [...cells], other };
  };
  return {
    clients: toPart(({ client }) => client),
    countries: settings.collect_region ? toPart(({ country }) => country) : { data: [], other: null },
    kAnonymity: settings.k_anonymity,
    days: days.length,
    timezone: organizationZone,
  };
}

function toCells(rows: readonly Row[], read: (row: Row) => string | null): readonly BreakdownCell[] {
  const cells = new Map<string, { name: string; opens: number; visitors: Map<number, number> }>();
  for (const row of rows) {
    const name = read(row);
    if (name === null) continue;
    const cell = cells.get(name) ?? { name, opens: 0, visitors: new Map<number, number>() };
    cells.set(name, cell);
    cell.opens += row.opens;
    if (row.visitors > 0) cell.visitors.set(row.day, (cell.visitors.get(row.day) ?? 0) + row.visitors);
  }
  return [...cells.values()];
}

import { sql, type Transaction } from 'kysely';
import type { Breakdown } from '../contract/breakdown.ts';
import type { Schema } from '../db/schema.ts';
import { toLastDays } from '../domain/calendar.ts';
import { type OrganizationQuestion, readSettings } from './read-organization-stats.ts';
import { type BreakdownCell, toSafeBreakdown } from './to-safe-breakdown.ts';

interface Row {
  /** Null: this row is of a country. */
  readonly client: string | null;
  readonly country: string | null;
  readonly opens: number;
  /** Different readers of each day that had new ones. */
  readonly readers: readonly number[];
  /** Days since the epoch, of `readers`. */
  readonly days: readonly number[];
}

/**
 * What the whole team's mail is read with, and where, in the last days that the retention keeps. Days are UTC's: in one
 * of them a reader has one name, so the readers of a cell are counted exactly, whatever zone the organization moves to
 * (docs/decisions/0016-readers.md). In aggregate mode nobody is told apart, so nothing is told.
 */
export async function readOrganizationBreakdown(
  trx: Transaction<Schema>,
  question: OrganizationQuestion,
): Promise<Breakdown> {
  const settings = await readSettings(trx, question.organizationId);
  const days = toLastDays(question.now, Math.min(question.days, settings.retention_days), 'UTC');
  const { rows } = await sql<Row>`
    with cells as (
      select client_family as client, country, day, sum(opens) as opens, sum(readers) as readers,
        grouping(client_family) = 0 as is_client
      from tracking_rollup_readers
      where organization_id = ${question.organizationId} and day >= ${days[0]}::date and day <= ${days.at(-1)}::date
      group by grouping sets ((client_family, day), (country, day))
    )
    select client, country, sum(opens)::int as opens, array_agg(readers::int) as readers,
      array_agg(day - date '1970-01-01') as days
    from cells where is_client or country is not null group by client, country`.execute(trx);
  const toPart = (read: (row: Row) => string | null) => {
    const { cells, other } = toSafeBreakdown(toCells(rows, read), settings.k_anonymity);
    return { data: [...cells], other };
  };
  return {
    clients: toPart(({ client }) => client),
    countries: settings.collect_region ? toPart(({ country }) => country) : { data: [], other: null },
    kAnonymity: settings.k_anonymity,
    days: days.length,
    timezone: 'UTC',
  };
}

function toCells(rows: readonly Row[], read: (row: Row) => string | null): readonly BreakdownCell[] {
  return rows.flatMap((row) => {
    const name = read(row);
    if (name === null) return [];
    return [
      { name, opens: row.opens, visitors: new Map(row.days.map((day, index) => [day, row.readers[index] ?? 0])) },
    ];
  });
}

import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { type Period, SLOT_MS } from '../domain/calendar.ts';
import type { Viewer } from './read-viewer.ts';

/** Opens of one member's user pixel, by the device they were read on. */
export interface DeviceOpens {
  /** Those of an unknown device too. */
  readonly opens: number;
  readonly desktop: number;
  readonly mobile: number;
  readonly tablet: number;
}

const HOUR_MS = 3_600_000;
const QUARTERS = [0, 1, 2, 3];
const KINDS = ['opens', 'desktop', 'mobile', 'tablet'] as const;

/** The sums of a period of whole quarter hours, from at most 24 rows a day. A range of the primary key. */
export async function readDevices(
  trx: Transaction<Schema>,
  viewer: Pick<Viewer, 'organizationId' | 'memberId'>,
  { from, to }: Period,
): Promise<DeviceOpens> {
  // Whole hours by one test a row; a zone that is off by a half has quarters of the hour at either end.
  const isInside = sql`hour_at >= ${new Date(from)} and hour_at <= ${new Date(to - HOUR_MS)}`;
  const quarters = (kind: string) => QUARTERS.map((quarter) => sql.ref(`${kind}_${quarter}`));
  const edge = (kind: string) =>
    quarters(kind).map(
      (column, quarter) =>
        sql`case when hour_at >= ${new Date(from - quarter * SLOT_MS)} and hour_at < ${new Date(to - quarter * SLOT_MS)} then ${column} else 0 end`,
    );
  const sums = KINDS.map(
    (kind) => sql`coalesce(sum(case when ${isInside} then ${sql.join(quarters(kind), sql` + `)}
      else ${sql.join(edge(kind), sql` + `)} end), 0)::int as ${sql.ref(kind)}`,
  );
  const { rows } = await sql<DeviceOpens>`
    select ${sql.join(sums)} from tracking_rollup_hours
    where organization_id = ${viewer.organizationId} and user_id = ${viewer.memberId}
      and hour_at > ${new Date(from - HOUR_MS)} and hour_at < ${new Date(to)}`.execute(trx);
  return rows[0] ?? { opens: 0, desktop: 0, mobile: 0, tablet: 0 };
}

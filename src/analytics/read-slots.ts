import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { type Period, SLOT_MS } from '../domain/calendar.ts';
import type { Viewer } from './read-viewer.ts';

/** A quarter hour of one member's user pixel in which something counted. */
export interface SlotFigures {
  /** Start of the slot. */
  readonly at: number;
  readonly opens: number;
  readonly uniques: number;
}

/**
 * The slots of a period, oldest first: at most 96 a day, from at most 24 rows. A range of the primary key. The rows come
 * as one text of numbers, which is read ten times faster than as many columns of as many rows; the devices, which are
 * most of a row and wanted as three sums only, are left to readDevices.
 */
export async function readSlots(
  trx: Transaction<Schema>,
  viewer: Pick<Viewer, 'organizationId' | 'memberId'>,
  period: Period,
): Promise<readonly SlotFigures[]> {
  const { rows } = await sql<{ hours: string | null }>`
    select string_agg(concat_ws(',', extract(epoch from hour_at)::bigint, ${NUMBERS}), ',' order by hour_at) as hours
    from tracking_rollup_hours
    where organization_id = ${viewer.organizationId} and user_id = ${viewer.memberId}
      and hour_at > ${new Date(period.from - HOUR_MS)} and hour_at < ${new Date(period.to)}`.execute(trx);
  const numbers = JSON.parse(`[${rows[0]?.hours ?? ''}]`) as number[];
  const slots: SlotFigures[] = [];
  for (let row = 0; row < numbers.length; row += NUMBERS_PER_ROW) {
    for (let quarter = 0; quarter < QUARTERS; quarter += 1) {
      const at = (numbers[row] ?? 0) * 1_000 + quarter * SLOT_MS;
      const of = (kind: number) => numbers[row + 1 + kind * QUARTERS + quarter] ?? 0;
      if (of(0) > 0 && at >= period.from && at < period.to) slots.push({ at, opens: of(0), uniques: of(1) });
    }
  }
  return slots;
}

const HOUR_MS = 3_600_000;
const QUARTERS = 4;
const KINDS = ['opens', 'uniques'];
const NUMBERS_PER_ROW = 1 + KINDS.length * QUARTERS;
const NUMBERS = sql.join(KINDS.flatMap((kind) => [0, 1, 2, 3].map((quarter) => sql.ref(`${kind}_${quarter}`))));

import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Period } from '../domain/calendar.ts';
import type { Viewer } from './read-viewer.ts';

/** A quarter hour of one member's user pixel in which something counted. */
export interface SlotFigures {
  /** Start of the slot. */
  readonly at: number;
  readonly opens: number;
  readonly uniques: number;
  readonly desktop: number;
  readonly mobile: number;
  readonly tablet: number;
}

/** The slots of a period, in no order: at most 96 a day. A range of the rollup's unique index. */
export async function readSlots(
  trx: Transaction<Schema>,
  viewer: Pick<Viewer, 'organizationId' | 'memberId'>,
  period: Period,
): Promise<readonly SlotFigures[]> {
  const ofDevice = (device: string) => sql<number>`coalesce(sum(opens) filter (where device = ${device}), 0)::int`;
  const rows = await trx
    .selectFrom('tracking_rollup_slots')
    .where('organization_id', '=', viewer.organizationId)
    .where('user_id', '=', viewer.memberId)
    .where('campaign_id', 'is', null)
    .where('slot_at', '>=', new Date(period.from))
    .where('slot_at', '<', new Date(period.to))
    .where('opens', '>', 0)
    .groupBy('slot_at')
    .select([
      'slot_at',
      sql<number>`sum(opens)::int`.as('opens'),
      sql<number>`sum(uniques)::int`.as('uniques'),
      ofDevice('desktop').as('desktop'),
      ofDevice('mobile').as('mobile'),
      ofDevice('tablet').as('tablet'),
    ])
    .execute();
  return rows.map(({ slot_at, ...figures }) => ({ at: slot_at.getTime(), ...figures }));
}

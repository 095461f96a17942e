import { sql, type Transaction } from 'kysely';
import type { LiveOpen } from '../contract/live.ts';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { toTrackingSettings } from '../domain/settings.ts';
import { OPENS_AS_ROWS, type OpenRow, toOpen } from './read-opens.ts';

/** An event by its id and the time that finds its partition, and whose it is. */
export interface OpenPlace {
  readonly id: string;
  readonly memberId: MemberId;
  readonly at: Date;
}

/** These opens as they are now, by event id. Those that are gone, or another organization's, are left out. */
export async function readLiveOpens(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  places: readonly OpenPlace[],
): Promise<ReadonlyMap<string, LiveOpen>> {
  if (places.length === 0) return new Map();
  const times = places.map(({ at }) => at.getTime());
  const { rows } = await sql<OpenRow>`
    ${OPENS_AS_ROWS}
    where event.organization_id = ${organizationId} and event.id = any(${places.map(({ id }) => id)}::bigint[])
      and event.hit_at between ${new Date(Math.min(...times))} and ${new Date(Math.max(...times))}`.execute(trx);
  const hasUniques = await tellsReadersApart(trx, organizationId);
  const members = new Map(places.map(({ id, memberId }) => [id, memberId]));
  return new Map(
    rows.flatMap((row) => {
      const userId = members.get(row.id);
      return userId === undefined ? [] : [[row.id, { ...toOpen(row, hasUniques), userId }] as const];
    }),
  );
}

async function tellsReadersApart(trx: Transaction<Schema>, organizationId: OrganizationId): Promise<boolean> {
  const row = await trx
    .selectFrom('organization_settings')
    .select('tracking_settings')
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return toTrackingSettings(row?.tracking_settings ?? null).mode !== 'aggregate';
}

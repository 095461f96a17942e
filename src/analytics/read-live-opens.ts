import { sql } from 'kysely';
import type { LiveOpen } from '../contract/live.ts';
import type { Databases } from '../db/open-databases.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { toTrackingSettings } from '../domain/settings.ts';
import { OPENS_AS_ROWS, type OpenRow, toOpen } from './read-opens.ts';

/** An event by its organization, its id and the time that finds its partition, and whose it is. */
export interface OpenPlace {
  readonly organizationId: OrganizationId;
  readonly id: string;
  readonly memberId: MemberId;
  readonly at: Date;
}

/**
 * These opens as they are now, by event id. Those that are gone, or another organization's, are left out. As the system
 * role: live streams ask for many organizations at once.
 */
export async function readLiveOpens(
  databases: Pick<Databases, 'system'>,
  places: readonly OpenPlace[],
): Promise<ReadonlyMap<string, LiveOpen>> {
  if (places.length === 0) return new Map();
  const times = places.map(({ at }) => at.getTime());
  const { rows } = await sql<OpenRow>`
    ${OPENS_AS_ROWS}
    where (event.organization_id, event.id) in (
        select * from unnest(${places.map(({ organizationId }) => organizationId)}::uuid[], ${places.map(({ id }) => id)}::bigint[]))
      and event.id = any(${places.map(({ id }) => id)}::bigint[])
      and event.hit_at between ${new Date(Math.min(...times))} and ${new Date(Math.max(...times))}`.execute(
    databases.system,
  );
  const found = new Map(places.map((place) => [place.id, place]));
  const told = await readTellingApart(databases, [...new Set(places.map(({ organizationId }) => organizationId))]);
  return new Map(
    rows.flatMap((row) => {
      const place = found.get(row.id);
      if (place === undefined) return [];
      return [[row.id, { ...toOpen(row, told.has(place.organizationId)), userId: place.memberId }] as const];
    }),
  );
}

/** Of these organizations those that tell readers apart; without a settings row the default holds. */
async function readTellingApart(
  { system }: Pick<Databases, 'system'>,
  organizationIds: readonly OrganizationId[],
): Promise<ReadonlySet<OrganizationId>> {
  const rows = await system
    .selectFrom('organization_settings')
    .select(['organization_id', 'tracking_settings'])
    .where('organization_id', 'in', [...organizationIds])
    .execute();
  const aggregate = rows.filter((row) => toTrackingSettings(row.tracking_settings).mode === 'aggregate');
  const untold = new Set(aggregate.map((row) => row.organization_id));
  return new Set(organizationIds.filter((id) => !untold.has(id)));
}

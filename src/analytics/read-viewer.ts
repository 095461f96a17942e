import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { isTimeZone } from '../domain/calendar.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { type TrackingSettings, toTrackingSettings } from '../domain/settings.ts';

/** Whose figures are asked for, and under which rules they are shown. */
export interface Viewer {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  readonly settings: TrackingSettings;
  /** The member's own zone, else the organization's. */
  readonly timeZone: string;
  /** The zone of the organization's own days. */
  readonly organizationZone: string;
  /** False in aggregate mode: readers are not told apart, `unique` is null everywhere. */
  readonly hasUniques: boolean;
}

/** Null when the organization has no such member. */
export async function readViewer(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  memberId: MemberId,
): Promise<Viewer | null> {
  const row = await trx
    .selectFrom('organization_users as member')
    .leftJoin('organization_settings as setting', 'setting.organization_id', 'member.organization_id')
    .where('member.organization_id', '=', organizationId)
    .where('member.id', '=', memberId)
    .select(['member.timezone', 'setting.tracking_settings'])
    .executeTakeFirst();
  if (row === undefined) return null;
  const settings = toTrackingSettings(row.tracking_settings);
  return {
    organizationId,
    memberId,
    settings,
    timeZone: toTimeZone(row.timezone, settings.timezone),
    organizationZone: toTimeZone(settings.timezone),
    hasUniques: settings.mode !== 'aggregate',
  };
}

/** Zones are checked when they are stored; one that this machine's tables lack must still not hide the figures. */
export function toTimeZone(...names: readonly (string | null)[]): string {
  return names.find((name) => name !== null && isTimeZone(name)) ?? 'UTC';
}

/** The instant from which every slot is still kept. A local day that began before it is read from the days' rollup. */
export function toKeptFrom(now: number, settings: TrackingSettings): number {
  return now - settings.retention_days * DAY_MS;
}

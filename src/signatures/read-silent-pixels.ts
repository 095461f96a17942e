import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { addDays, isTimeZone, toDayStart, toLocalDay, toWeekday } from '../domain/calendar.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { toTrackingSettings } from '../domain/settings.ts';

export const SILENT_WORKING_DAYS = 3;
const MEMBERS_SHOWN_MAX = 1_000;

export interface SilentPixel {
  readonly userId: MemberId;
  readonly name: string;
  /** Start of the quarter hour in which it was last loaded, by anybody or anything; null: never. */
  readonly lastSeenAt: Date | null;
}

/**
 * Members whose user pixel nothing has loaded for three whole working days (Monday to Friday of the organization's
 * zone), neither a reader nor a machine: their signature is most likely not installed. Pixels younger than that, members
 * who are not tracked and organizations without user tracking are left out. By name.
 */
export async function readSilentPixels(
  trx: Transaction<Schema>,
  question: { readonly organizationId: OrganizationId; readonly ofMember: MemberId | null; readonly now: number },
): Promise<readonly SilentPixel[]> {
  const { organizationId, ofMember, now } = question;
  const row = await trx
    .selectFrom('organization_settings')
    .where('organization_id', '=', organizationId)
    .select('tracking_settings')
    .executeTakeFirst();
  const settings = toTrackingSettings(row?.tracking_settings ?? null);
  if (!settings.user_tracking_enabled || settings.mode === 'off') return [];
  const since = new Date(toSilentSince(now, isTimeZone(settings.timezone) ? settings.timezone : 'UTC'));
  const { rows } = await sql<SilentPixel>`
    select member.id as "userId", coalesce(member.name, person.name) as name, greatest(opened.at, dropped.at) as "lastSeenAt"
    from organization_users member
    join users person on person.id = member.user_id
    join signature_user_tracking pixel on pixel.user_id = member.id and pixel.is_active and pixel.organization_id = ${organizationId}
    left join lateral (select max(slot_at) as at from tracking_rollup_slots where organization_id = ${organizationId}
      and user_id = member.id and campaign_id is null) opened on true
    left join lateral (select max(slot_at) as at from tracking_drop_slots where organization_id = ${organizationId}
      and user_id = member.id and campaign_id is null) dropped on true
    where member.organization_id = ${organizationId} and member.deactivated_at is null
      and member.tracking_mode is distinct from 'off' and (${ofMember}::uuid is null or member.id = ${ofMember})
      and pixel.created_at < ${since} and coalesce(greatest(opened.at, dropped.at), '-infinity') < ${since}
    order by name, member.id limit ${MEMBERS_SHOWN_MAX}`.execute(trx);
  return rows;
}

/** The start of the third last whole working day before today. */
export function toSilentSince(now: number, timeZone: string): number {
  let day = toLocalDay(now, timeZone);
  for (let working = 0; working < SILENT_WORKING_DAYS; ) {
    day = addDays(day, -1);
    if (toWeekday(day) < 5) working += 1;
  }
  return toDayStart(day, timeZone);
}

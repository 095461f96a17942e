import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { isTimeZone, toLocalInstant } from '../domain/calendar.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { toTrackingSettings } from '../domain/settings.ts';
import { CampaignError } from './campaign-error.ts';

export interface PlannedTimes {
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
}

/**
 * The instants of a campaign's start and end. A text without an offset ("2026-03-29T09:00") is what the clock shows in
 * `timezone`, else in the organization's zone. Throws CampaignError `times_wrong` unless the end is after the start.
 */
export async function readPlannedTimes(
  trx: Transaction<Schema>,
  plan: {
    readonly organizationId: OrganizationId;
    readonly startsAt: string | Date | null;
    readonly endsAt: string | Date | null;
    readonly timezone: string | null;
  },
): Promise<PlannedTimes> {
  const { organizationId, startsAt, endsAt } = plan;
  const isLocal = [startsAt, endsAt].some((time) => typeof time === 'string' && !HAS_OFFSET.test(time));
  const timeZone = plan.timezone ?? (isLocal ? await readTimeZone(trx, organizationId) : 'UTC');
  const times = { startsAt: toInstant(startsAt, timeZone), endsAt: toInstant(endsAt, timeZone) };
  if (times.startsAt !== null && times.endsAt !== null && times.endsAt <= times.startsAt)
    throw new CampaignError('times_wrong', 'expected later than startsAt', 'endsAt');
  return times;
}

const HAS_OFFSET = /(?:Z|[+-]\d\d:?\d\d)$/;

function toInstant(time: string | Date | null, timeZone: string): Date | null {
  if (time === null || time instanceof Date) return time;
  return new Date(HAS_OFFSET.test(time) ? time : toLocalInstant(time, timeZone));
}

async function readTimeZone(trx: Transaction<Schema>, organizationId: OrganizationId): Promise<string> {
  const row = await trx
    .selectFrom('organization_settings')
    .where('organization_id', '=', organizationId)
    .select('tracking_settings')
    .executeTakeFirst();
  const { timezone } = toTrackingSettings(row?.tracking_settings ?? null);
  return isTimeZone(timezone) ? timezone : 'UTC';
}

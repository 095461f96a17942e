import { sql, type Transaction } from 'kysely';
import type { TrackingHealth } from '../contract/tracking-health.ts';
import { asSystem } from '../db/as-system.ts';
import type { Schema } from '../db/schema.ts';
import { toLastDays } from '../domain/calendar.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { VERDICTS } from '../domain/verdict.ts';
import { readSettings } from './read-organization-stats.ts';

export const HEALTH_DAYS = 30;

/** The organization's part of the success metrics (product.md section 7), over its last 30 days. */
export async function readTrackingHealth(
  trx: Transaction<Schema>,
  { organizationId, now }: { readonly organizationId: OrganizationId; readonly now: number },
): Promise<Omit<TrackingHealth, 'pixel'>> {
  const settings = await readSettings(trx, organizationId);
  const since = new Date(now - HEALTH_DAYS * DAY_MS);
  const { rows: viewers } = await sql<{ viewed: number; members: number }>`
    select count(*) filter (where view.viewed_on > ${since.toISOString().slice(0, 10)}::date)::int as viewed, count(*)::int as members
    from organization_users member
    left join member_dashboard_views view on view.organization_id = ${organizationId} and view.user_id = member.id
    where member.organization_id = ${organizationId} and member.deactivated_at is null`.execute(trx);
  const { viewed, members } = viewers[0] ?? { viewed: 0, members: 0 };
  const recorded = await readRecorded(trx, organizationId, {
    since,
    day: toLastDays(now, HEALTH_DAYS, 'UTC')[0] ?? '',
  });
  const failed = await readFailed(trx, organizationId, since);
  const isOn = settings.user_tracking_enabled && settings.mode !== 'off';
  const accepted = recorded + failed;
  return {
    dashboard: {
      share: members === 0 ? null : Math.round((viewed / members) * 100),
      viewed,
      members,
      days: HEALTH_DAYS,
    },
    hits: { share: accepted === 0 ? null : toPerCent(recorded, accepted), recorded, failed, days: HEALTH_DAYS },
    userTracking: { on: isOn, share: isOn ? 100 : 0 },
    asOf: new Date(now).toISOString(),
  };
}

/** Never 100 while one is missing. */
function toPerCent(part: number, whole: number): number {
  return Math.floor((part * 10_000) / whole) / 100;
}

async function readRecorded(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  { since, day }: { readonly since: Date; readonly day: string },
): Promise<number> {
  const events = sql.join(
    VERDICTS.map((verdict) => sql.ref(verdict)),
    sql` + `,
  );
  const { rows } = await sql<{ recorded: number }>`
    select (select coalesce(sum(${events}), 0) from tracking_rollup_totals where organization_id = ${organizationId} and day >= ${day}::date)::float8
      + (select coalesce(sum(hits), 0) from tracking_drop_slots where organization_id = ${organizationId} and slot_at >= ${since})::float8 as recorded`.execute(
    trx,
  );
  return rows[0]?.recorded ?? 0;
}

/** No organization stands in that table: a hit that failed belongs to its token. */
async function readFailed(trx: Transaction<Schema>, organizationId: OrganizationId, since: Date): Promise<number> {
  return asSystem(trx, async () => {
    const { rows } = await sql<{ failed: number }>`
      select count(*)::int as failed from dead_letters letter where letter.created_at >= ${since} and letter.token_hash in (
        select pixel_token_hash from signature_user_tracking where organization_id = ${organizationId}
        union all select pixel_token_hash from signature_tracking_pixels where organization_id = ${organizationId})`.execute(
      trx,
    );
    return rows[0]?.failed ?? 0;
  });
}

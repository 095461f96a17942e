import { sql, type Transaction } from 'kysely';
import type { OrganizationStats } from '../contract/organization-stats.ts';
import type { Schema } from '../db/schema.ts';
import { toLastDays } from '../domain/calendar.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { type TrackingSettings, toTrackingSettings } from '../domain/settings.ts';
import { toTimeZone } from './read-viewer.ts';

const TOP_PERFORMERS_MAX = 5;
const NO_DEPARTMENT = 'No department';

export interface OrganizationQuestion {
  readonly organizationId: OrganizationId;
  readonly days: number;
  readonly now: number;
}

/**
 * The team's figures of the last local days of the organization, today included, from user pixels only. A deactivated
 * member still counts, and is listed, while above zero. Two queries; one row of the totals a member and day.
 */
export async function readOrganizationStats(
  trx: Transaction<Schema>,
  question: OrganizationQuestion,
): Promise<OrganizationStats> {
  const settings = await readSettings(trx, question.organizationId);
  const timeZone = toTimeZone(settings.timezone);
  const members = await readMembers(trx, question.organizationId, toLastDays(question.now, question.days, timeZone));
  const uniques = members.reduce((sum, member) => sum + member.uniques, 0);
  return {
    totalOpens: members.reduce((sum, member) => sum + member.opens, 0),
    uniqueOpens: settings.mode === 'aggregate' ? null : uniques,
    activeUsers: members.filter((member) => member.opens > 0).length,
    topPerformers: toTopPerformers(members),
    byDepartment: toDepartments(members),
    days: question.days,
    timezone: timeZone,
  };
}

interface MemberFigures {
  readonly id: MemberId;
  readonly name: string;
  readonly department: string | null;
  readonly isActive: boolean;
  readonly opens: number;
  readonly uniques: number;
}

export async function readSettings(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
): Promise<TrackingSettings> {
  const row = await trx
    .selectFrom('organization_settings')
    .where('organization_id', '=', organizationId)
    .select('tracking_settings')
    .executeTakeFirst();
  return toTrackingSettings(row?.tracking_settings ?? null);
}

async function readMembers(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  days: readonly string[],
): Promise<readonly MemberFigures[]> {
  const { rows } = await sql<MemberFigures>`
    with figures as (
      select user_id, sum(opens)::int as opens, sum(uniques)::int as uniques from tracking_rollup_totals
      where organization_id = ${organizationId} and day >= ${days[0]}::date and day <= ${days.at(-1)}::date
      group by user_id
    )
    select member.id, coalesce(member.name, person.name) as name, department.name as department,
      member.deactivated_at is null as "isActive", coalesce(figures.opens, 0) as opens, coalesce(figures.uniques, 0) as uniques
    from organization_users member
    join users person on person.id = member.user_id
    left join departments department on department.id = member.department_id
    left join figures on figures.user_id = member.id
    where member.organization_id = ${organizationId}`.execute(trx);
  return rows;
}

function toTopPerformers(members: readonly MemberFigures[]): OrganizationStats['topPerformers'] {
  return members
    .filter((member) => member.opens > 0)
    .sort((a, b) => b.opens - a.opens || compareNames(a.name, b.name))
    .slice(0, TOP_PERFORMERS_MAX)
    .map(({ id, name, opens }) => ({ userId: id, name, opens }));
}

function toDepartments(members: readonly MemberFigures[]): OrganizationStats['byDepartment'] {
  const rows = new Map<string, { department: string; opens: number; users: number }>();
  for (const member of members) {
    const department = member.department ?? NO_DEPARTMENT;
    const row = rows.get(department) ?? { department, opens: 0, users: 0 };
    rows.set(department, row);
    row.opens += member.opens;
    row.users += member.isActive ? 1 : 0;
  }
  return [...rows.values()]
    .filter((row) => row.users > 0 || row.opens > 0)
    .sort((a, b) => b.opens - a.opens || compareNames(a.department, b.department));
}

const NAMES = new Intl.Collator('en');

function compareNames(a: string, b: string): number {
  return NAMES.compare(a, b);
}

import { sql, type Transaction } from 'kysely';
import type { TeamMembers, TeamOrder } from '../contract/team-members.ts';
import type { Schema } from '../db/schema.ts';
import { toLastDays } from '../domain/calendar.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { readSettings } from './read-organization-stats.ts';
import { toTimeZone } from './read-viewer.ts';

export interface TeamMembersQuestion {
  readonly organizationId: OrganizationId;
  readonly days: number;
  readonly now: number;
  readonly limit: number;
  /** So many come before the page. */
  readonly offset: number;
  readonly search: string | null;
  readonly sort: TeamOrder;
  readonly isDescending: boolean;
}

interface Row {
  readonly userId: MemberId;
  readonly name: string;
  readonly email: string;
  readonly title: string | null;
  readonly department: string | null;
  readonly isActive: boolean;
  readonly opens: number;
}

const COLUMNS: Readonly<Record<TeamOrder, string>> = {
  name: 'lower(name)',
  department: 'lower(department)',
  title: 'lower(title)',
  opens: 'opens',
};

/** One page of the team with each member's opens; what is empty comes last either way, and ties go by name. */
export async function readTeamMembers(
  trx: Transaction<Schema>,
  question: TeamMembersQuestion,
): Promise<{ readonly data: TeamMembers['data']; readonly next: number | null }> {
  const { organizationId, days, now, limit, offset, search, sort, isDescending } = question;
  const { timezone } = await readSettings(trx, organizationId);
  const span = toLastDays(now, days, toTimeZone(timezone));
  const pattern = search === null ? '%' : `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const direction = sql.raw(`${COLUMNS[sort]} ${isDescending ? 'desc' : 'asc'} nulls last`);
  const { rows } = await sql<Row>`
    with figures as (
      select user_id, sum(opens)::int as opens from tracking_rollup_totals
      where organization_id = ${organizationId} and day >= ${span[0]}::date and day <= ${span.at(-1)}::date
      group by user_id
    ), people as (
      select member.id as "userId", coalesce(member.name, person.name) as name, person.email,
        nullif(member.title, '') as title, department.name as department,
        member.deactivated_at is null as "isActive", coalesce(figures.opens, 0) as opens
      from organization_users member
      join users person on person.id = member.user_id
      left join departments department on department.id = member.department_id
      left join figures on figures.user_id = member.id
      where member.organization_id = ${organizationId}
    )
    select * from people where name ilike ${pattern} or email ilike ${pattern}
    order by ${direction}, lower(name), "userId" limit ${limit + 1} offset ${offset}`.execute(trx);
  const data = rows
    .slice(0, limit)
    .map(({ isActive, ...row }) => ({ ...row, status: isActive ? ('active' as const) : ('deactivated' as const) }));
  return { data, next: rows.length > limit ? offset + limit : null };
}

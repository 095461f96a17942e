import { sql, type Transaction } from 'kysely';
import type { MemberRole, Schema } from '../db/schema.ts';
import type { DepartmentId, MemberId, OrganizationId, PersonId } from '../domain/ids.ts';
import type { PersonalMode } from '../domain/settings.ts';

export interface Member {
  readonly id: MemberId;
  readonly personId: PersonId;
  readonly name: string;
  readonly email: string;
  readonly role: MemberRole;
  readonly title: string | null;
  readonly phone: string | null;
  readonly timezone: string | null;
  readonly department: { readonly id: DepartmentId; readonly name: string } | null;
  /** The member's own restriction. */
  readonly trackingMode: PersonalMode;
  readonly deactivatedAt: Date | null;
  readonly createdAt: Date;
}

export interface MembersQuestion {
  readonly organizationId: OrganizationId;
  readonly limit: number;
  /** Continue after this member of the previous page. */
  readonly after: MemberId | null;
  /** In the name or the address. */
  readonly search?: string | undefined;
  readonly departmentId?: DepartmentId | undefined;
  readonly isActive?: boolean | undefined;
}

/** By name. `next` is the `after` of the next page, null on the last. */
export async function readMembers(
  trx: Transaction<Schema>,
  question: MembersQuestion,
): Promise<{ readonly data: readonly Member[]; readonly next: MemberId | null }> {
  const { organizationId, limit, after, search, departmentId, isActive } = question;
  let rows = selectMembers(trx, organizationId)
    .orderBy(sql`lower(coalesce(member.name, person.name))`)
    .orderBy('member.id')
    .limit(limit + 1);
  if (after !== null)
    rows = rows.where(
      sql<boolean>`(lower(coalesce(member.name, person.name)), member.id) > (select lower(coalesce(m.name, p.name)), m.id
        from organization_users m join users p on p.id = m.user_id where m.organization_id = ${organizationId} and m.id = ${after})`,
    );
  if (search !== undefined) {
    const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
    rows = rows.where(
      sql<boolean>`(coalesce(member.name, person.name) ilike ${pattern} or person.email ilike ${pattern})`,
    );
  }
  if (departmentId !== undefined) rows = rows.where('member.department_id', '=', departmentId);
  if (isActive !== undefined) rows = rows.where('member.deactivated_at', isActive ? 'is' : 'is not', null);
  const found = (await rows.execute()).map(toMember);
  const data = found.slice(0, limit);
  return { data, next: found.length > limit ? (data.at(-1)?.id ?? null) : null };
}

/** Null when the organization has no such member. */
export async function readMember(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  memberId: MemberId,
): Promise<Member | null> {
  const row = await selectMembers(trx, organizationId).where('member.id', '=', memberId).executeTakeFirst();
  return row === undefined ? null : toMember(row);
}

function selectMembers(trx: Transaction<Schema>, organizationId: OrganizationId) {
  return trx
    .selectFrom('organization_users as member')
    .innerJoin('users as person', 'person.id', 'member.user_id')
    .leftJoin('departments as department', 'department.id', 'member.department_id')
    .where('member.organization_id', '=', organizationId)
    .select(['member.id', 'member.user_id', 'member.role', 'member.title', 'member.phone', 'member.timezone'])
    .select(['member.deactivated_at', 'member.created_at', 'member.tracking_mode', 'person.email'])
    .select(['department.id as department_id', 'department.name as department_name'])
    .select(sql<string>`coalesce(member.name, person.name)`.as('name'));
}

type MemberRow = Awaited<ReturnType<ReturnType<typeof selectMembers>['executeTakeFirstOrThrow']>>;

function toMember(row: MemberRow): Member {
  const { department_id: id, department_name: name } = row;
  return {
    id: row.id,
    personId: row.user_id,
    name: row.name,
    email: row.email,
    role: row.role,
    title: row.title,
    phone: row.phone,
    timezone: row.timezone,
    department: id === null || name === null ? null : { id, name },
    trackingMode: row.tracking_mode,
    deactivatedAt: row.deactivated_at,
    createdAt: row.created_at,
  };
}

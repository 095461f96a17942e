import { sql, type Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import { isSqlState } from '../db/roles.ts';
import type { Schema } from '../db/schema.ts';
import type { DepartmentId, OrganizationId } from '../domain/ids.ts';
import { PeopleError } from './people-error.ts';

export interface Department {
  readonly id: DepartmentId;
  readonly name: string;
  /** Active ones. */
  readonly members: number;
}

export interface DepartmentsQuestion {
  readonly organizationId: OrganizationId;
  readonly limit: number;
  /** Continue after this department of the previous page. */
  readonly after: DepartmentId | null;
}

/** By name. `next` is the `after` of the next page, null on the last. */
export async function readDepartments(
  trx: Transaction<Schema>,
  { organizationId, limit, after }: DepartmentsQuestion,
): Promise<{ readonly data: readonly Department[]; readonly next: DepartmentId | null }> {
  const isLater =
    after === null
      ? sql`true`
      : sql`(lower(d.name), d.id) > (select lower(c.name), c.id from departments c where c.organization_id = ${organizationId} and c.id = ${after})`;
  const { rows } = await sql<Department>`
    select d.id, d.name, (select count(*)::int from organization_users m where m.organization_id = ${organizationId}
      and m.department_id = d.id and m.deactivated_at is null) as members
    from departments d where d.organization_id = ${organizationId} and ${isLater}
    order by lower(d.name), d.id limit ${limit + 1}`.execute(trx);
  const data = rows.slice(0, limit);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

export interface DepartmentAct {
  readonly organizationId: OrganizationId;
  readonly actor: Actor;
}

/** Throws PeopleError department_exists. */
export async function createDepartment(
  trx: Transaction<Schema>,
  { organizationId, actor, name }: DepartmentAct & { readonly name: string },
): Promise<Department> {
  const row = await trx
    .insertInto('departments')
    .values({ organization_id: organizationId, name })
    .returning('id')
    .executeTakeFirstOrThrow()
    .catch((error: unknown) => refuseNamesake(error, name));
  const entry = { action: 'department.created', subject: { id: row.id, name }, after: { name } } as const;
  await recordAudit(trx, { organizationId, actor, ...entry });
  return { id: row.id, name, members: 0 };
}

/** Throws PeopleError unknown_department or department_exists. */
export async function renameDepartment(
  trx: Transaction<Schema>,
  { organizationId, actor, id, name }: DepartmentAct & { readonly id: DepartmentId; readonly name: string },
): Promise<void> {
  const before = await lockDepartment(trx, organizationId, id);
  if (before.name === name) return;
  await trx
    .updateTable('departments')
    .set({ name })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
    .catch((error: unknown) => refuseNamesake(error, name));
  const entry = { action: 'department.renamed', subject: { id, name } } as const;
  await recordAudit(trx, { organizationId, actor, ...entry, before, after: { name } });
}

/** Its members are in no department afterwards. Throws PeopleError unknown_department. */
export async function deleteDepartment(
  trx: Transaction<Schema>,
  { organizationId, actor, id }: DepartmentAct & { readonly id: DepartmentId },
): Promise<void> {
  const before = await lockDepartment(trx, organizationId, id);
  await trx.deleteFrom('departments').where('organization_id', '=', organizationId).where('id', '=', id).execute();
  const entry = { action: 'department.deleted', subject: { id, name: before.name } } as const;
  await recordAudit(trx, { organizationId, actor, ...entry, before });
}

async function lockDepartment(trx: Transaction<Schema>, organizationId: OrganizationId, id: DepartmentId) {
  const row = await trx
    .selectFrom('departments')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .select('name')
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new PeopleError('unknown_department', 'The department was not found.');
  return row;
}

const UNIQUE_VIOLATION = '23505';

function refuseNamesake(error: unknown, name: string): never {
  if (!isSqlState(error, UNIQUE_VIOLATION)) throw error;
  throw new PeopleError('department_exists', `There is a department "${name}" already.`, 'name');
}

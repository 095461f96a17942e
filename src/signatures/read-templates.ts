import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { DepartmentId, MemberId, OrganizationId, TemplateId } from '../domain/ids.ts';
import type { TemplateTargets } from './assign-template.ts';

export interface Template {
  readonly id: TemplateId;
  readonly name: string;
  readonly html: string;
  readonly ownFields: Readonly<Record<string, string>>;
  readonly targets: TemplateTargets;
  readonly updatedAt: Date;
}

/** By name, at most TEMPLATES_MAX of them; one when `id` is given. */
export async function readTemplates(
  trx: Transaction<Schema>,
  { organizationId, id }: { readonly organizationId: OrganizationId; readonly id?: TemplateId },
): Promise<readonly Template[]> {
  let rows = trx
    .selectFrom('signature_templates')
    .where('organization_id', '=', organizationId)
    .orderBy(sql`lower(name)`)
    .orderBy('id')
    .select(['id', 'name', 'html', 'own_fields', 'updated_at']);
  if (id !== undefined) rows = rows.where('id', '=', id);
  const assignments = await trx
    .selectFrom('signature_template_assignments')
    .where('organization_id', '=', organizationId)
    .select(['template_id', 'department_id', 'user_id'])
    .orderBy('department_id')
    .orderBy('user_id')
    .execute();
  return (await rows.execute()).map((row) => {
    const own = assignments.filter((assignment) => assignment.template_id === row.id);
    return {
      id: row.id,
      name: row.name,
      html: row.html,
      ownFields: row.own_fields,
      targets: {
        organization: own.some((target) => target.department_id === null && target.user_id === null),
        departmentIds: own.flatMap((target): readonly DepartmentId[] =>
          target.department_id === null ? [] : [target.department_id],
        ),
        userIds: own.flatMap((target): readonly MemberId[] => (target.user_id === null ? [] : [target.user_id])),
      },
      updatedAt: row.updated_at,
    };
  });
}

/** Why a member's signature looks as it does: the most specific of these, from the first to the last. */
export type AssignedBy = 'campaign' | 'member' | 'department' | 'organization' | 'default';

export interface AssignedTemplate {
  readonly id: TemplateId;
  readonly name: string;
  readonly html: string;
  readonly ownFields: Readonly<Record<string, string>>;
  readonly assignedBy: AssignedBy;
}

/** The template of a member; `campaignTemplateId` (of an active campaign that carries them) goes before all. */
export async function readAssignedTemplate(
  trx: Transaction<Schema>,
  member: {
    readonly organizationId: OrganizationId;
    readonly memberId: MemberId;
    readonly departmentId: DepartmentId | null;
    readonly campaignTemplateId: TemplateId | null;
  },
): Promise<AssignedTemplate | null> {
  const { organizationId, memberId, departmentId, campaignTemplateId } = member;
  const { rows } = await sql<AssignedTemplate>`
    select template.id, template.name, template.html, template.own_fields as "ownFields", found.by as "assignedBy" from (
      select ${campaignTemplateId}::uuid as id, 'campaign' as by, 1 as rank
      union all
      select template_id, case when user_id is not null then 'member' when department_id is not null then 'department' else 'organization' end,
        case when user_id is not null then 2 when department_id is not null then 3 else 4 end
      from signature_template_assignments where organization_id = ${organizationId}
        and (user_id = ${memberId} or department_id = ${departmentId} or (user_id is null and department_id is null))
    ) found join signature_templates template on template.id = found.id and template.organization_id = ${organizationId}
    order by found.rank limit 1`.execute(trx);
  return rows[0] ?? null;
}

import type { Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import type { Schema } from '../db/schema.ts';
import type { DepartmentId, MemberId, OrganizationId, TemplateId } from '../domain/ids.ts';
import { TemplateError } from './template-error.ts';

export interface TemplateTargets {
  readonly organization: boolean;
  readonly departmentIds: readonly DepartmentId[];
  readonly userIds: readonly MemberId[];
}

/**
 * Makes these the template's targets and no others. A target that had another template has this one from now on.
 * Throws TemplateError `unknown_template`, and `unknown_target` for an id that the organization lacks.
 */
export async function assignTemplate(
  trx: Transaction<Schema>,
  order: {
    readonly organizationId: OrganizationId;
    readonly actor: Actor;
    readonly id: TemplateId;
    readonly targets: TemplateTargets;
  },
): Promise<void> {
  const { organizationId, actor, id, targets } = order;
  const template = await trx
    .selectFrom('signature_templates')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .select('name')
    .executeTakeFirst();
  if (template === undefined) throw new TemplateError('unknown_template', ['The template was not found.']);
  const departmentIds = [...new Set(targets.departmentIds)];
  const userIds = [...new Set(targets.userIds)];
  await checkTargets(trx, organizationId, { table: 'departments', ids: departmentIds });
  await checkTargets(trx, organizationId, { table: 'organization_users', ids: userIds });
  await trx
    .deleteFrom('signature_template_assignments')
    .where('organization_id', '=', organizationId)
    .where('template_id', '=', id)
    .execute();
  const rows = [
    ...(targets.organization ? [{ department_id: null, user_id: null }] : []),
    ...departmentIds.map((department_id) => ({ department_id, user_id: null })),
    ...userIds.map((user_id) => ({ department_id: null, user_id })),
  ].map((target) => ({ ...target, organization_id: organizationId, template_id: id }));
  if (rows.length > 0)
    await trx
      .insertInto('signature_template_assignments')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['organization_id', 'department_id', 'user_id']).doUpdateSet({ template_id: id }),
      )
      .execute();
  const after = { organization: targets.organization, departments: departmentIds.length, members: userIds.length };
  await recordAudit(trx, {
    organizationId,
    actor,
    action: 'template.assigned',
    subject: { id, name: template.name },
    after,
  });
}

async function checkTargets(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  { table, ids }: { readonly table: 'departments' | 'organization_users'; readonly ids: readonly string[] },
): Promise<void> {
  if (ids.length === 0) return;
  const rows = await trx
    .selectFrom(table)
    .where('organization_id', '=', organizationId)
    .where('id', 'in', ids as never[])
    .select('id')
    .execute();
  const known = new Set<string>(rows.map((row) => row.id));
  const unknown = ids.find((id) => !known.has(id));
  const [noun, field] = table === 'departments' ? ['department', 'departmentIds'] : ['member', 'userIds'];
  if (unknown !== undefined)
    throw new TemplateError('unknown_target', [`no ${noun} of your organization has the id ${unknown}`], field);
}

import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Audience } from '../domain/audience.ts';
import type { OrganizationId, TemplateId } from '../domain/ids.ts';
import { CampaignError } from './campaign-error.ts';

/** Throws CampaignError `audience_unknown` for a member or department that the organization lacks. */
export async function checkAudience(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  audience: Audience,
): Promise<void> {
  if ('everyone' in audience) return;
  const [table, ids] =
    'userIds' in audience
      ? (['organization_users', audience.userIds] as const)
      : (['departments', audience.departmentIds] as const);
  const wanted = new Set<string>(ids);
  const rows = await trx
    .selectFrom(table)
    .where('organization_id', '=', organizationId)
    .where('id', 'in', [...wanted] as never[])
    .select('id')
    .execute();
  for (const row of rows) wanted.delete(row.id);
  if (wanted.size > 0) throw new CampaignError('audience_unknown', toUnknownText(table, [...wanted]), 'audience');
}

function toUnknownText(table: string, unknown: readonly string[]): string {
  const noun = table === 'departments' ? 'department' : 'member';
  const more = unknown.length > 1 ? ` and ${unknown.length - 1} more` : '';
  return `no ${noun} of your organization has the id ${unknown[0]}${more}`;
}

/** Throws CampaignError `template_unknown` for a signature template that the organization lacks. */
export async function checkTemplateId(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  templateId: TemplateId | null,
): Promise<void> {
  if (templateId === null) return;
  const row = await trx
    .selectFrom('signature_templates')
    .where('organization_id', '=', organizationId)
    .where('id', '=', templateId)
    .select('id')
    .executeTakeFirst();
  if (row !== undefined) return;
  throw new CampaignError(
    'template_unknown',
    `no template of your organization has the id ${templateId}`,
    'templateId',
  );
}

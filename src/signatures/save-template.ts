import type { Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import { isSqlState } from '../db/roles.ts';
import type { Schema } from '../db/schema.ts';
import type { OrganizationId, TemplateId } from '../domain/ids.ts';
import { checkTemplate } from './check-template.ts';
import { TemplateError } from './template-error.ts';

export const TEMPLATES_MAX = 200;

export interface TemplateDraft {
  readonly organizationId: OrganizationId;
  readonly actor: Actor;
  /** Null: a new one. */
  readonly id: TemplateId | null;
  readonly name: string;
  readonly html: string;
  readonly ownFields: Readonly<Record<string, string>>;
  readonly now: number;
}

/**
 * Stores a template that passes checkTemplate, and nothing else. Throws TemplateError: what checkTemplate finds,
 * `name_taken`, and `unknown_template` when there is none to change.
 */
export async function saveTemplate(trx: Transaction<Schema>, draft: TemplateDraft): Promise<TemplateId> {
  checkTemplate(draft.html, draft.ownFields);
  await checkName(trx, draft);
  const saved = draft.id === null ? insertTemplate(trx, draft) : updateTemplate(trx, draft, draft.id);
  const id = await saved.catch((error: unknown) => {
    throw isSqlState(error, UNIQUE_VIOLATION) ? toNameTaken(draft.name) : error;
  });
  await recordAudit(trx, {
    organizationId: draft.organizationId,
    actor: draft.actor,
    action: draft.id === null ? 'template.created' : 'template.changed',
    subject: { id, name: draft.name },
  });
  return id;
}

/** Removes it; who had it gets what is assigned to them otherwise. Throws TemplateError `unknown_template`. */
export async function deleteTemplate(
  trx: Transaction<Schema>,
  { organizationId, actor, id }: Pick<TemplateDraft, 'organizationId' | 'actor'> & { readonly id: TemplateId },
): Promise<void> {
  const gone = await trx
    .deleteFrom('signature_templates')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .returning('name')
    .executeTakeFirst();
  if (gone === undefined) throw new TemplateError('unknown_template', ['The template was not found.']);
  await recordAudit(trx, { organizationId, actor, action: 'template.deleted', subject: { id, name: gone.name } });
}

async function checkName(trx: Transaction<Schema>, { organizationId, id, name }: TemplateDraft): Promise<void> {
  const rows = await trx
    .selectFrom('signature_templates')
    .where('organization_id', '=', organizationId)
    .select(['id', 'name'])
    .execute();
  if (rows.some((row) => row.name === name && row.id !== id)) throw toNameTaken(name);
  if (id === null && rows.length >= TEMPLATES_MAX)
    throw new TemplateError('name_taken', [`an organization has at most ${TEMPLATES_MAX} templates`], 'name');
}

/** Somebody else saved a template of this name at the same moment. */
const UNIQUE_VIOLATION = '23505';

function toNameTaken(name: string): TemplateError {
  return new TemplateError('name_taken', [`there is a template called ${name} already`], 'name');
}

async function insertTemplate(trx: Transaction<Schema>, draft: TemplateDraft): Promise<TemplateId> {
  const at = new Date(draft.now);
  const { id } = await trx
    .insertInto('signature_templates')
    .values({
      organization_id: draft.organizationId,
      name: draft.name,
      html: draft.html,
      own_fields: JSON.stringify(draft.ownFields),
      created_at: at,
      updated_at: at,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

async function updateTemplate(trx: Transaction<Schema>, draft: TemplateDraft, id: TemplateId): Promise<TemplateId> {
  const row = await trx
    .updateTable('signature_templates')
    .set({
      name: draft.name,
      html: draft.html,
      own_fields: JSON.stringify(draft.ownFields),
      updated_at: new Date(draft.now),
    })
    .where('organization_id', '=', draft.organizationId)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) throw new TemplateError('unknown_template', ['The template was not found.']);
  return id;
}

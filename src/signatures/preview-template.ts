import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { checkTemplate } from './check-template.ts';
import { findMailQuirks } from './find-mail-quirks.ts';
import { readSignatureFields } from './read-signature-fields.ts';
import { renderTemplate } from './render-template.ts';
import { renderTemplateText } from './render-template-text.ts';
import { toMergeValues } from './to-merge-values.ts';

/**
 * A template that need not be stored, with a real member's fields and without any pixel: looking at it is no open.
 * Null when the organization has no such member; throws TemplateError as checkTemplate does.
 */
export async function previewTemplate(
  trx: Transaction<Schema>,
  question: {
    readonly organizationId: OrganizationId;
    readonly memberId: MemberId;
    readonly html: string;
    readonly ownFields: Readonly<Record<string, string>>;
  },
): Promise<{ readonly html: string; readonly text: string; readonly warnings: readonly string[] } | null> {
  const nodes = checkTemplate(question.html, question.ownFields);
  const fields = await readSignatureFields(trx, question.organizationId, question.memberId);
  if (fields === null) return null;
  const values = { ...question.ownFields, ...toMergeValues(fields) };
  return {
    html: renderTemplate(nodes, values),
    text: renderTemplateText(nodes, values),
    warnings: findMailQuirks(nodes),
  };
}

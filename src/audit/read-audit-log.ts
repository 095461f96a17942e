import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';

export interface AuditQuestion {
  readonly organizationId: OrganizationId;
  readonly limit: number;
  /** Continue after this line of the previous page. */
  readonly after: number | null;
  readonly actorId?: MemberId | undefined;
  readonly action?: string | undefined;
  /** Lines from this instant on, and before this one. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export interface AuditLine {
  readonly id: number;
  readonly at: Date;
  readonly actorId: MemberId | null;
  readonly actorName: string;
  readonly action: string;
  readonly subjectId: string | null;
  readonly subject: string;
  readonly before: object | null;
  readonly after: object | null;
}

/** Newest first. `next` is the `after` of the next page, null on the last. */
export async function readAuditLog(
  trx: Transaction<Schema>,
  question: AuditQuestion,
): Promise<{ readonly data: readonly AuditLine[]; readonly next: number | null }> {
  const { after, actorId, action, from, to } = question;
  let rows = trx
    .selectFrom('audit_log')
    .where('organization_id', '=', question.organizationId)
    .select(['id', 'at', 'actor_id as actorId', 'actor_name as actorName', 'action'])
    .select(['subject_id as subjectId', 'subject', 'before', 'after'])
    .orderBy('id', 'desc')
    .limit(question.limit + 1);
  if (after !== null) rows = rows.where('id', '<', after);
  if (actorId !== undefined) rows = rows.where('actor_id', '=', actorId);
  if (action !== undefined) rows = rows.where('action', '=', action);
  if (from !== undefined) rows = rows.where('at', '>=', from);
  if (to !== undefined) rows = rows.where('at', '<', to);
  const found = await rows.execute();
  const data = found.slice(0, question.limit);
  return { data, next: found.length > question.limit ? (data.at(-1)?.id ?? null) : null };
}

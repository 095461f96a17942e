import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { AuditAction } from '../domain/audit-action.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';

// In: what an admin did. Out: a line that stays as long as the organization does: who, what, to whom, before → after.
// What must never happen: an act without its line or a line without its act, so both share one transaction; and a
// secret (password, token, key) in a line.

/** Who acts; `id` is null for an API key and for the person who runs the server. The name is kept: a line outlives the member. */
export interface Actor {
  readonly id: MemberId | null;
  readonly name: string;
}

/** The actor of the command line. */
export const OPERATOR: Actor = { id: null, name: 'command line' };

export interface AuditEntry {
  readonly organizationId: OrganizationId;
  readonly actor: Actor;
  readonly action: AuditAction;
  /** What was acted on; `name` is for people. */
  readonly subject: { readonly id: string | null; readonly name: string };
  /** Only what changed: the same keys on both sides. Null where there was nothing before, or is nothing after. */
  readonly before?: object | null;
  readonly after?: object | null;
}

/** Adds the line inside the transaction of the act. */
export async function recordAudit(trx: Transaction<Schema>, entry: AuditEntry): Promise<void> {
  await trx
    .insertInto('audit_log')
    .values({
      organization_id: entry.organizationId,
      actor_id: entry.actor.id,
      actor_name: entry.actor.name,
      action: entry.action,
      subject_id: entry.subject.id,
      subject: entry.subject.name,
      before: toJson(entry.before),
      after: toJson(entry.after),
    })
    .execute();
}

function toJson(value: object | null | undefined): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

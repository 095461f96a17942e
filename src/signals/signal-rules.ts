import { sql, type Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import { toChanges } from '../audit/to-changes.ts';
import type { Schema } from '../db/schema.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { type SignalRules, toSignalRules } from '../domain/signal-rules.ts';

/** The organization's numbers, with defaults where it changed nothing. */
export async function readSignalRules(trx: Transaction<Schema>, organizationId: OrganizationId): Promise<SignalRules> {
  const row = await trx
    .selectFrom('signal_rule_settings')
    .where('organization_id', '=', organizationId)
    .select('rules')
    .executeTakeFirst();
  return toSignalRules(row?.rules ?? null);
}

/** Replaces them and notes what changed. They hold for the opens that are processed from now on; what stands, stands. */
export async function changeSignalRules(
  trx: Transaction<Schema>,
  change: { readonly organizationId: OrganizationId; readonly actor: Actor; readonly rules: SignalRules },
): Promise<SignalRules> {
  const { organizationId, actor, rules } = change;
  const organization = await trx
    .selectFrom('organizations')
    .where('id', '=', organizationId)
    .select('name')
    .forUpdate()
    .executeTakeFirstOrThrow();
  const before = await readSignalRules(trx, organizationId);
  const changes = toChanges<SignalRules>(before, rules);
  if (changes === null) return before;
  const text = JSON.stringify(rules);
  await sql`
    insert into signal_rule_settings (organization_id, rules) values (${organizationId}, ${text}::jsonb)
    on conflict (organization_id) do update set rules = excluded.rules, updated_at = now()`.execute(trx);
  const subject = { id: organizationId, name: organization.name };
  await recordAudit(trx, { organizationId, actor, action: 'signal_rules.changed', subject, ...changes });
  return rules;
}

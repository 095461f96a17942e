import type { Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import type { Schema } from '../db/schema.ts';
import type { OrganizationId } from '../domain/ids.ts';

/** The origins whose pages may frame the organization's widgets, sorted. */
export async function readWidgetOrigins(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
): Promise<readonly string[]> {
  const rows = await trx
    .selectFrom('widget_origins')
    .where('organization_id', '=', organizationId)
    .select('origin')
    .orderBy('origin')
    .execute();
  return rows.map(({ origin }) => origin);
}

/** Replaces them and notes what changed; the same list changes nothing. They hold from the next load of a frame. */
export async function changeWidgetOrigins(
  trx: Transaction<Schema>,
  change: { readonly organizationId: OrganizationId; readonly actor: Actor; readonly origins: readonly string[] },
): Promise<readonly string[]> {
  const { organizationId, actor } = change;
  const organization = await trx
    .selectFrom('organizations')
    .where('id', '=', organizationId)
    .select('name')
    .forUpdate()
    .executeTakeFirstOrThrow();
  const before = await readWidgetOrigins(trx, organizationId);
  const origins = [...new Set(change.origins)].sort();
  if (origins.join(' ') === before.join(' ')) return before;
  await trx.deleteFrom('widget_origins').where('organization_id', '=', organizationId).execute();
  const rows = origins.map((origin) => ({ organization_id: organizationId, origin }));
  if (rows.length > 0) await trx.insertInto('widget_origins').values(rows).execute();
  await recordAudit(trx, {
    organizationId,
    actor,
    action: 'widget.changed',
    subject: { id: organizationId, name: organization.name },
    before: { origins: before.join(' ') },
    after: { origins: origins.join(' ') },
  });
  return origins;
}

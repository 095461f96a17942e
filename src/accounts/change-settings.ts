import { sql, type Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import { toChanges } from '../audit/to-changes.ts';
import type { Schema } from '../db/schema.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { type TrackingSettings, toTrackingSettings } from '../domain/settings.ts';

/** The organization's tracking settings, with defaults where an older row lacks a key. */
export async function readSettings(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
): Promise<TrackingSettings> {
  const row = await trx
    .selectFrom('organization_settings')
    .where('organization_id', '=', organizationId)
    .select('tracking_settings')
    .executeTakeFirst();
  return toTrackingSettings(row?.tracking_settings ?? null);
}

/**
 * Replaces the settings and notes what changed. They hold at once: processing reads them with every batch, signatures
 * with every request. Two changes at once happen one after the other, so that the log's before and after are true.
 */
export async function changeSettings(
  trx: Transaction<Schema>,
  change: { readonly organizationId: OrganizationId; readonly actor: Actor; readonly settings: TrackingSettings },
): Promise<TrackingSettings> {
  const { organizationId, actor, settings } = change;
  const organization = await trx
    .selectFrom('organizations')
    .where('id', '=', organizationId)
    .select('name')
    .forUpdate()
    .executeTakeFirstOrThrow();
  const before = await readSettings(trx, organizationId);
  const changes = toChanges<TrackingSettings>(before, settings);
  if (changes === null) return before;
  const text = JSON.stringify(settings);
  await trx
    .insertInto('organization_settings')
    .values({ organization_id: organizationId, tracking_settings: text })
    .onConflict((conflict) =>
      conflict.column('organization_id').doUpdateSet({ tracking_settings: text, updated_at: sql`now()` }),
    )
    .execute();
  const subject = { id: organizationId, name: organization.name };
  await recordAudit(trx, { organizationId, actor, action: 'settings.changed', subject, ...changes });
  return settings;
}

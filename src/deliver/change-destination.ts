import type { Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import { toChanges } from '../audit/to-changes.ts';
import type { Schema } from '../db/schema.ts';
import type { DeliveryEvent } from '../domain/destination.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { CampaignId, DestinationId, OrganizationId } from '../domain/ids.ts';
import { type ConfigTools, checkCampaigns, checkName, parseConfig } from './create-destination.ts';
import { sealCredentials, unsealCredentials } from './credentials.ts';
import { DestinationError } from './destination-error.ts';
import { createWebhookSecret } from './destinations/webhook/sign-webhook.ts';

// What admins do to a destination that stands. Each act has its line in the audit log, in its own transaction; null or
// false: the organization has no such destination.

export interface DestinationKey {
  readonly organizationId: OrganizationId;
  readonly destinationId: DestinationId;
  readonly actor: Actor;
}

export interface DestinationChanges {
  readonly name?: string;
  readonly url?: string;
  readonly token?: string;
  readonly events?: readonly DeliveryEvent[];
  readonly minimumLevel?: 'warm' | 'hot' | null;
  readonly campaignIds?: readonly CampaignId[] | null;
}

/** A new url or token takes the place of the old one; a webhook's secret stays. Throws DestinationError. */
export async function changeDestination(
  trx: Transaction<Schema>,
  key: DestinationKey,
  { tools, changes }: { readonly tools: ConfigTools; readonly changes: DestinationChanges },
): Promise<boolean> {
  const row = await lockDestination(trx, key);
  if (row === undefined) return false;
  const { organizationId, destinationId } = key;
  const { name, url, token, events, minimumLevel, campaignIds } = changes;
  if (name !== undefined) await checkName(trx, { organizationId, name, except: destinationId });
  if (campaignIds !== undefined) await checkCampaigns(trx, organizationId, campaignIds);
  const isRedirected = url !== undefined || token !== undefined;
  const config = isRedirected ? parseConfig(tools, { type: row.type, url, token }) : null;
  const before = toVisible(row);
  const after = {
    name: name ?? row.name,
    label: config?.label ?? row.label,
    events: events ?? row.events,
    minimumLevel: minimumLevel === undefined ? row.minimum_level : minimumLevel,
    campaignIds: campaignIds === undefined ? row.campaign_ids : campaignIds,
  };
  const stored = unsealCredentials(tools.secretKey, destinationId, row.credentials_sealed);
  const credentials = config === null ? stored : { ...stored, url: config.url, token: config.token };
  await trx
    .updateTable('destinations')
    .set({
      name: after.name,
      label: after.label,
      events: [...after.events],
      minimum_level: after.minimumLevel,
      campaign_ids: after.campaignIds === null ? null : [...after.campaignIds],
      credentials_sealed: sealCredentials(tools.secretKey, destinationId, credentials),
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', destinationId)
    .execute();
  const changed =
    toChanges(before, after) ?? (isRedirected ? { before: {}, after: { credentials: 'replaced' } } : null);
  if (changed !== null)
    await recordAudit(trx, { ...toEntry(key, after.name), action: 'destination.changed', ...changed });
  return true;
}

/** Resuming forgets the failures: the next ones have five days again. */
export async function setDestinationState(
  trx: Transaction<Schema>,
  key: DestinationKey,
  { state, now }: { readonly state: 'active' | 'paused'; readonly now: Date },
): Promise<boolean> {
  const row = await lockDestination(trx, key);
  if (row === undefined) return false;
  if (state === 'paused' && row.state === 'disabled')
    throw new DestinationError('not_resumable', 'It is disabled and sends nothing. Resume it first.');
  if (row.state === state) return true;
  const { organizationId, destinationId } = key;
  await trx
    .updateTable('destinations')
    .set({ state, disabled_reason: null, changed_at: now })
    .where('organization_id', '=', organizationId)
    .where('id', '=', destinationId)
    .execute();
  if (state === 'active')
    await trx
      .updateTable('destination_lanes')
      .set({ first_failure_at: null, ready_at: now })
      .where('organization_id', '=', organizationId)
      .where('destination_id', '=', destinationId)
      .execute();
  await recordAudit(trx, {
    ...toEntry(key, row.name),
    action: 'destination.changed',
    before: { state: row.state },
    after: { state },
  });
  return true;
}

/** How long the secret before a rotation signs along. */
const OVERLAP_MS = DAY_MS;

/** Null: no such destination. Throws DestinationError no_secret for kinds whose credentials are not ours to make. */
export async function rotateSecret(
  trx: Transaction<Schema>,
  key: DestinationKey,
  { secretKey, now }: { readonly secretKey: Buffer; readonly now: Date },
): Promise<{ readonly secret: string; readonly previousUntil: Date } | null> {
  const row = await lockDestination(trx, key);
  if (row === undefined) return null;
  if (row.type !== 'webhook')
    throw new DestinationError('no_secret', 'Only a webhook has a secret of ours. Change its url or token instead.');
  const { organizationId, destinationId } = key;
  const stored = unsealCredentials(secretKey, destinationId, row.credentials_sealed);
  const secret = createWebhookSecret();
  const previousUntil = new Date(now.getTime() + OVERLAP_MS);
  const credentials = { ...stored, secret, previous: stored.secret, previousUntil: previousUntil.getTime() };
  await trx
    .updateTable('destinations')
    .set({ credentials_sealed: sealCredentials(secretKey, destinationId, credentials) })
    .where('organization_id', '=', organizationId)
    .where('id', '=', destinationId)
    .execute();
  await recordAudit(trx, { ...toEntry(key, row.name), action: 'destination.secret_rotated' });
  return { secret, previousUntil };
}

/** Its deliveries and their log go with it. */
export async function deleteDestination(trx: Transaction<Schema>, key: DestinationKey): Promise<boolean> {
  const row = await lockDestination(trx, key);
  if (row === undefined) return false;
  await trx
    .deleteFrom('destinations')
    .where('organization_id', '=', key.organizationId)
    .where('id', '=', key.destinationId)
    .execute();
  await recordAudit(trx, { ...toEntry(key, row.name), action: 'destination.deleted', before: toVisible(row) });
  return true;
}

type Row = NonNullable<Awaited<ReturnType<typeof lockDestination>>>;

async function lockDestination(trx: Transaction<Schema>, { organizationId, destinationId }: DestinationKey) {
  return trx
    .selectFrom('destinations')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', destinationId)
    .forUpdate()
    .executeTakeFirst();
}

function toVisible({ name, label, events, minimum_level, campaign_ids }: Row) {
  return { name, label, events, minimumLevel: minimum_level, campaignIds: campaign_ids };
}

function toEntry({ organizationId, actor, destinationId }: DestinationKey, name: string) {
  return { organizationId, actor, subject: { id: destinationId, name } };
}

import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import type { Schema } from '../db/schema.ts';
import type { DeliveryEvent, DestinationType } from '../domain/destination.ts';
import type { CampaignId, DestinationId, OrganizationId } from '../domain/ids.ts';
import { sealCredentials } from './credentials.ts';
import type { DeliveryContext } from './delivery-context.ts';
import { DestinationError } from './destination-error.ts';
import type { DestinationConfig } from './destination-kind.ts';
import { findKind } from './destinations/kinds.ts';
import { createWebhookSecret } from './destinations/webhook/sign-webhook.ts';

export interface DestinationDraft {
  readonly organizationId: OrganizationId;
  readonly actor: Actor;
  readonly type: DestinationType;
  readonly name: string;
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly events: readonly DeliveryEvent[];
  readonly minimumLevel: 'warm' | 'hot' | null;
  readonly campaignIds: readonly CampaignId[] | null;
}

export type ConfigTools = Pick<DeliveryContext, 'secretKey' | 'rules' | 'baseUrls'>;

/** Of one organization. */
export const DESTINATIONS_MAX = 50;

/** Sends nothing. `secret` is a webhook's, told this once. Throws DestinationError naming the field that is wrong. */
export async function createDestination(
  trx: Transaction<Schema>,
  tools: ConfigTools,
  draft: DestinationDraft,
): Promise<{ readonly id: DestinationId; readonly secret: string | null }> {
  const { organizationId, actor, type, name, events, minimumLevel, campaignIds } = draft;
  const { url, token, label } = parseConfig(tools, draft);
  await refuseTooMany(trx, organizationId);
  await checkName(trx, { organizationId, name, except: null });
  await checkCampaigns(trx, organizationId, campaignIds);
  const id = randomUUID() as string as DestinationId;
  const secret = type === 'webhook' ? createWebhookSecret() : null;
  const credentials = { url, token, secret, previous: null, previousUntil: null };
  await trx
    .insertInto('destinations')
    .values({
      id,
      organization_id: organizationId,
      type,
      name,
      label,
      credentials_sealed: sealCredentials(tools.secretKey, id, credentials),
      events: [...events],
      minimum_level: minimumLevel,
      campaign_ids: campaignIds === null ? null : [...campaignIds],
    })
    .execute();
  await trx.insertInto('destination_lanes').values({ destination_id: id, organization_id: organizationId }).execute();
  await recordAudit(trx, {
    organizationId,
    actor,
    action: 'destination.created',
    subject: { id, name },
    after: { type, label, events, minimumLevel, campaignIds },
  });
  return { id, secret };
}

/** Throws DestinationError with the first field that is wrong. */
export function parseConfig(
  { rules, baseUrls }: ConfigTools,
  { type, url, token }: Pick<DestinationDraft, 'type' | 'url' | 'token'>,
): DestinationConfig {
  const kind = findKind(type);
  if (kind === null) throw new DestinationError('invalid_input', 'This server cannot send to it.', 'type');
  const parsed = kind.parseConfig({ url, token }, { baseUrls, isAllowedUrl: rules.refuseUrl });
  if (parsed.ok) return parsed.config;
  const [fault] = parsed.errors;
  throw new DestinationError('invalid_input', fault?.message ?? 'It is not complete.', fault?.field ?? 'url');
}

/** The organization's row is locked, so that two requests cannot both take the last place. */
async function refuseTooMany(trx: Transaction<Schema>, organizationId: OrganizationId): Promise<void> {
  await sql`select from organizations where id = ${organizationId} for update`.execute(trx);
  const { count } = await trx
    .selectFrom('destinations')
    .where('organization_id', '=', organizationId)
    .select((build) => build.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  if (Number(count) >= DESTINATIONS_MAX)
    throw new DestinationError(
      'too_many_destinations',
      `An organization has ${DESTINATIONS_MAX} destinations at most.`,
    );
}

/** Throws DestinationError name_taken. */
export async function checkName(
  trx: Transaction<Schema>,
  { organizationId, name, except }: { organizationId: OrganizationId; name: string; except: DestinationId | null },
): Promise<void> {
  const { rows } = await sql`
    select from destinations where organization_id = ${organizationId} and name = ${name}
      and id is distinct from ${except}::uuid`.execute(trx);
  if (rows.length > 0) throw new DestinationError('name_taken', 'Another destination has this name.', 'name');
}

/** Throws DestinationError for a campaign that is not the organization's. */
export async function checkCampaigns(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  campaignIds: readonly CampaignId[] | null,
): Promise<void> {
  if (campaignIds === null) return;
  const { rows } = await sql<{ id: CampaignId }>`
    select id from signature_campaigns where organization_id = ${organizationId} and id = any(${campaignIds}::uuid[])`.execute(
    trx,
  );
  const known = new Set(rows.map(({ id }) => id));
  if (campaignIds.some((id) => !known.has(id)))
    throw new DestinationError('invalid_input', 'One of the campaigns was not found.', 'campaignIds');
}
